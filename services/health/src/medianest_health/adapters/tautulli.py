"""Tautulli: is it there, does it take our key, and does it see the Plex server. Nothing here makes it ask plex.tv."""

from typing import Any

from medianest_common.contracts.health import MonitorState
from medianest_common.http import Response
from medianest_health.adapters.complaints import degraded
from medianest_health.adapters.http_system import HttpSystem, answers_as
from medianest_health.adapters.probe import Finding


class TautulliProbe:
    """It takes its key as a parameter only, which is why nothing logs one."""

    def __init__(self, system: HttpSystem, *, api_key: str, key: str, required: bool) -> None:
        self._system = system
        self._params = {"cmd": "server_status", "apikey": api_key}
        self._key = key
        self._asks_more = bool(api_key) or required

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/status", recognise=_is_well)
        if not self._asks_more:
            return alive
        answer = await self._system.opened(alive, "/api/v2", params=self._params, key=self._key)
        if isinstance(answer, Finding):
            return answer
        if not answers_as(answer, _is_envelope):
            return self._system.strange(alive.latency_ms)
        response = answer.json()["response"]
        if response["result"] != "success":
            if "apikey" in str(response.get("message", "")).lower():
                return self._system.not_accepted(self._key, alive.latency_ms)
            return Finding(MonitorState.AUTH, alive.latency_ms, f"{self._system.name} does not let us ask.")
        return degraded(alive, _complaints(response.get("data")))


def _is_well(answer: Response) -> bool:
    return bool(answer.json()["result"] == "success")


def _is_envelope(answer: Response) -> bool:
    return isinstance(answer.json()["response"]["result"], str)


def _complaints(data: Any) -> list[str]:
    connected = data.get("connected") if isinstance(data, dict) else None
    return ["it has no connection to the Plex server"] if connected in (False, "false", 0, "0") else []

"""Jellyfin: is it well, is it what we think, and does it take our key."""

from typing import Any

from medianest_common.contracts.health import MonitorState
from medianest_common.http import Response
from medianest_health.adapters.complaints import degraded
from medianest_health.adapters.http_system import HttpSystem, answers_as
from medianest_health.adapters.probe import Finding


class JellyfinProbe:
    def __init__(self, system: HttpSystem, *, api_key: str, key: str, required: bool) -> None:
        self._system = system
        self._headers = {"Authorization": f'MediaBrowser Token="{api_key}"' if api_key else ""}
        self._key = key
        self._asks_more = bool(api_key) or required

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/health", recognise=_is_healthy)
        if alive.outcome is not MonitorState.UP:
            return alive
        path, headers = ("/System/Info", self._headers) if self._asks_more else ("/System/Info/Public", None)
        answer = await self._system.opened(alive, path, headers=headers, key=self._key)
        if isinstance(answer, Finding):
            return answer
        if not answers_as(answer, _is_jellyfin):
            return self._system.strange(alive.latency_ms)
        return degraded(alive, _complaints(answer.json()))


def _is_healthy(answer: Response) -> bool:
    return answer.text.strip().lower() in ("healthy", "degraded")


def _is_jellyfin(answer: Response) -> bool:
    info = answer.json()
    return isinstance(info["Version"], str) and "jellyfin" in str(info.get("ProductName", "jellyfin")).lower()


def _complaints(info: dict[str, Any]) -> list[str]:
    said = []
    if info.get("StartupWizardCompleted") is False:
        said.append("it has not been set up yet")
    if info.get("HasPendingRestart") is True:
        said.append("it has to be restarted")
    return said

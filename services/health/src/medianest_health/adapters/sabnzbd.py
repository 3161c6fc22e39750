"""SABnzbd: is it there, does it take our key, and is there room to download to."""

from collections.abc import Iterator
from typing import Any

from medianest_common.http import Response
from medianest_health.adapters.complaints import degraded, nearly_full
from medianest_health.adapters.http_system import HttpSystem, answers_as
from medianest_health.adapters.probe import Finding

_DISKS = {"1": "the folder that it downloads to", "2": "the folder for what is complete"}


class SabnzbdProbe:
    """It takes its key as a parameter only, which is why nothing logs one. What it says in numbers is text."""

    def __init__(self, system: HttpSystem, *, api_key: str, key: str, required: bool) -> None:
        self._system = system
        self._params = {"mode": "queue", "limit": "1", "output": "json", "apikey": api_key}
        self._key = key
        self._asks_more = bool(api_key) or required

    async def __call__(self) -> Finding:
        not_by_this_name = (
            f"{self._system.name} does not answer by this host name; add it to its host_whitelist."
        )
        alive = await self._system.alive(
            "/api",
            recognise=_is_sabnzbd,
            params={"mode": "version", "output": "json"},
            refused=not_by_this_name,
        )
        if not self._asks_more:
            return alive
        answer = await self._system.opened(alive, "/api", params=self._params, key=self._key)
        if isinstance(answer, Finding):
            return answer
        if _says_no(answer):
            return self._system.not_accepted(self._key, alive.latency_ms)
        if not answers_as(answer, _is_queue):
            return self._system.strange(alive.latency_ms)
        return degraded(alive, _complaints(answer.json()["queue"]))


def _is_sabnzbd(answer: Response) -> bool:
    return isinstance(answer.json()["version"], str)


def _is_queue(answer: Response) -> bool:
    return isinstance(answer.json()["queue"], dict)


def _says_no(answer: Response) -> bool:
    """In plain text, within JSON, or by saying nothing at all, where its warnings about the API are turned off."""
    said = answer.text.strip()
    return not said or (len(said) < 500 and "api key" in said.lower())


def _complaints(queue: dict[str, Any]) -> Iterator[str]:
    for number, where in _DISKS.items():
        try:
            free, total = float(queue[f"diskspace{number}"]), float(queue[f"diskspacetotal{number}"])
        except (LookupError, ValueError, TypeError):
            continue
        if words := nearly_full(where, free=free, total=total):
            yield words

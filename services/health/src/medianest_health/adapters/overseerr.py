"""Overseerr or Seerr: is it there, and does it take our key."""

from medianest_common.http import Response
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding


class OverseerrProbe:
    def __init__(self, system: HttpSystem, *, api_key: str, key: str, required: bool) -> None:
        self._system = system
        self._api_key = api_key
        self._key = key
        self._required = required

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/api/v1/status", recognise=_is_overseerr)
        if not (self._api_key or self._required):
            return alive
        headers = {"X-Api-Key": self._api_key}
        return await self._system.with_key(alive, "/api/v1/auth/me", headers=headers, key=self._key)


def _is_overseerr(answer: Response) -> bool:
    status = answer.json()
    return isinstance(status["version"], str) and "commitTag" in status

"""Overseerr or Seerr: is it there, and does it take our key."""

from medianest_common.http import Response
from medianest_health.adapters.probe import Finding, HttpSystem


class OverseerrProbe:
    def __init__(self, system: HttpSystem, *, api_key: str) -> None:
        self._system = system
        self._api_key = api_key

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/api/v1/status", recognise=_is_overseerr)
        return await self._system.with_key(
            alive, "/api/v1/auth/me", headers={"X-Api-Key": self._api_key}, key="MEDIANEST_OVERSEERR_API_KEY"
        )


def _is_overseerr(answer: Response) -> bool:
    status = answer.json()
    return isinstance(status["version"], str) and "commitTag" in status

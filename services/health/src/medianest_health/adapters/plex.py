"""Plex: is it there, and does it take our token."""

from medianest_common.http import Response
from medianest_health.adapters.probe import Finding, HttpSystem


class PlexProbe:
    def __init__(self, system: HttpSystem, *, token: str) -> None:
        self._system = system
        self._token = token

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/identity", recognise=_is_plex)
        return await self._system.with_key(
            alive, "/", headers={"X-Plex-Token": self._token}, key="MEDIANEST_PLEX_TOKEN"
        )


def _is_plex(answer: Response) -> bool:
    return bool(answer.json()["MediaContainer"]["machineIdentifier"])

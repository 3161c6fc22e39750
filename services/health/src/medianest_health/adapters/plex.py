"""Plex: is it there, and does it take our token. Who knows a later token or the address is the plex service."""

from medianest_common.bus import Bus
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.plex.connection import GetPlexConnection, PlexConnection
from medianest_common.errors import MediaNestError
from medianest_common.http import Response
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding


class PlexService:
    """What the plex service says of the way to the server that it has found."""

    def __init__(self, bus: Bus, *, seconds: float) -> None:
        self._bus = bus
        self._seconds = seconds

    async def connection(self) -> PlexConnection | None:
        """None when it does not answer."""
        try:
            return await self._bus.call(GetPlexConnection(), timeout=self._seconds * 0.8)
        except MediaNestError:
            return None


class PlexProbe:
    """At a known address, whether or not the plex service runs. Nothing here ever asks plex.tv."""

    def __init__(
        self, system: HttpSystem, *, token: str, service: PlexService | None, key: str, required: bool
    ) -> None:
        """`service` is asked of the household's own server only. Without a token that is not `required`, whether it
        lives is all that is looked at."""
        self._system = system
        self._token = token
        self._service = service
        self._key = key
        self._required = required

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/identity", recognise=_is_plex)
        if not (self._token or self._required):
            return alive
        headers = {"X-Plex-Token": self._token}
        found = await self._system.with_key(alive, "/", headers=headers, key=self._key)
        if self._service and alive.outcome is MonitorState.UP and found.outcome is MonitorState.AUTH:
            # A later token than the one in the settings may have been given to the plex service.
            known = await self._service.connection()
            return alive if known and known.token_accepted else found
        return found


class FoundPlexProbe:
    """Where plex.tv has led the plex service."""

    def __init__(self, service: PlexService) -> None:
        self._service = service

    async def __call__(self) -> Finding:
        known = await self._service.connection()
        if known is None:
            return Finding(MonitorState.UNKNOWN, message="The plex service does not say how Plex is.")
        if not known.set_up:
            return Finding(MonitorState.AUTH, message="MEDIANEST_PLEX_TOKEN is not usable.")
        if not known.online:
            return Finding(MonitorState.DOWN, message=known.problem)
        if known.token_accepted is not True:
            return Finding(MonitorState.AUTH, known.latency_ms, known.problem)
        if known.account_problem:
            return Finding(MonitorState.DEGRADED, known.latency_ms, known.account_problem)
        return Finding(MonitorState.UP, known.latency_ms)


def _is_plex(answer: Response) -> bool:
    return bool(answer.json()["MediaContainer"]["machineIdentifier"])

"""The household's Plex server, as the plex service knows it: which one it is, and who has access to it."""

import structlog

from medianest_auth.errors import PlexUnreachable, SignInWayOff
from medianest_common.bus import Bus
from medianest_common.contracts.plex import GetServerIdentity, ListServerMembers, ServerMember
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

_TIMEOUT = 1.0
MEMBERS_SECONDS = 15.0
_NOT_SET_UP = "PLEX_NOT_SET_UP"


class PlexServerIdentity:
    """Remembers the last answer, so that people can sign in while the plex service restarts."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._known: str | None = None

    async def machine_identifier(self) -> str:
        """Raises `SignInWayOff` where Plex is not set up, and `PlexUnreachable` until a server was known once."""
        try:
            self._known = (await self._bus.call(GetServerIdentity(), timeout=_TIMEOUT)).machine_identifier
        except MediaNestError as error:
            if error.code == _NOT_SET_UP:
                self._known = None
                raise SignInWayOff("Plex is not set up here. Sign in another way.") from None
            if self._known is None:
                log.info("plex_server_unknown", reason=error.code)
                raise PlexUnreachable(
                    "The Plex server of this installation is not known yet. Try again in a moment.",
                    retry_after=5,
                ) from None
        return self._known

    async def require_set_up(self) -> None:
        """Raises `SignInWayOff` where there is no Plex, and nothing where that cannot be found out now."""
        try:
            await self.machine_identifier()
        except PlexUnreachable:
            return

    async def is_known(self) -> bool:
        if self._known is not None:
            return True
        try:
            await self.machine_identifier()
        except (PlexUnreachable, SignInWayOff):
            return False
        return True

    async def members(self) -> list[ServerMember]:
        """Everybody with access. Raises whatever keeps that from being known, which says nothing about anybody."""
        return (await self._bus.call(ListServerMembers(), timeout=MEMBERS_SECONDS)).items

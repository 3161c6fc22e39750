"""Which Plex server an account must have access to, as the plex service knows it."""

import structlog

from medianest_auth.errors import PlexUnreachable
from medianest_common.bus import Bus
from medianest_common.contracts.plex import GetServerIdentity
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

_TIMEOUT = 1.0


class PlexServerIdentity:
    """Remembers the last answer, so that people can sign in while the plex service restarts."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._known: str | None = None

    async def machine_identifier(self) -> str:
        """Raises `PlexUnreachable` until a server was known once."""
        try:
            self._known = (await self._bus.call(GetServerIdentity(), timeout=_TIMEOUT)).machine_identifier
        except MediaNestError as error:
            if self._known is None:
                log.info("plex_server_unknown", reason=error.code)
                raise PlexUnreachable(
                    "The Plex server of this installation is not known yet. Try again in a moment.",
                    retry_after=5,
                ) from None
        return self._known

    async def is_known(self) -> bool:
        if self._known is not None:
            return True
        try:
            await self.machine_identifier()
        except PlexUnreachable:
            return False
        return True

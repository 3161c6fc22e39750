"""Whether Plex is there, which server it is, and whether it takes our token."""

import asyncio
from dataclasses import dataclass

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.errors import MediaNestError, Unavailable
from medianest_plex.adapters.answers import About, Identity, TokenRefused
from medianest_plex.adapters.pms import Pms
from medianest_plex.connection import Connection
from medianest_plex.repository import Servers, present_server

log = structlog.get_logger()

LOOK_AGAIN_SECONDS = 10.0
PATIENCE_SECONDS = 1.0
GLANCE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Sighting:
    """`token_accepted` is None when there was nobody to ask."""

    online: bool
    token_accepted: bool | None = None
    problem: str | None = None
    seconds: float | None = None


class Watch:
    """Looks at most every few seconds, however many want to know, and remembers the server it sees."""

    def __init__(self, pms: Pms, connection: Connection, *, db: Database, clock: Clock) -> None:
        self._pms = pms
        self._connection = connection
        self._db = db
        self._clock = clock
        self._last = Sighting(online=False, problem="Plex was not asked yet.")
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[Sighting] | None = None
        self._look_began = float("-inf")
        self._age = 0
        self._outdated: list[asyncio.Task[Sighting]] = []

    async def look(
        self, *, patience: float = PATIENCE_SECONDS, again_after: float = LOOK_AGAIN_SECONDS
    ) -> Sighting:
        """Never raises. A server slower than `patience` seconds counts as away."""
        if self._clock.monotonic() - self._looked_at < again_after:
            return self._last
        look = self._look_again()
        done, _ = await asyncio.wait({look}, timeout=patience)
        if not done:
            return Sighting(online=False, problem="Plex takes very long to answer.")
        return look.result()

    def look_anew(self) -> None:
        """Whatever was seen before, or is being looked at, is not to be believed any more."""
        self._looked_at = float("-inf")
        self._age += 1
        if self._looking is not None:
            self._outdated.append(self._looking)
            self._outdated = [look for look in self._outdated if not look.done()]
            self._looking = None

    async def glance(self) -> bool:
        """Whether Plex is well, for what can be told without it: hardly waits, and for a slow look only once."""
        if self._clock.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
            look = self._look_again()
            left = self._look_began + GLANCE_SECONDS - self._clock.monotonic()
            done, _ = await asyncio.wait({look}, timeout=max(0.0, left))
            if not done:
                return False
        return self._last.online and self._last.token_accepted is True

    def _look_again(self) -> asyncio.Task[Sighting]:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
            self._look_began = self._clock.monotonic()
        return self._looking

    async def aclose(self) -> None:
        looks = [look for look in (self._looking, *self._outdated) if look is not None]
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)

    async def _look(self) -> Sighting:
        started, age = self._clock.monotonic(), self._age
        try:
            await self._connection.ready()
            identity = await self._pms.identity()
            seconds = self._clock.monotonic() - started
            self._check(identity)
            about = await self._about()
            await self._remember(identity, about)
            sighting = Sighting(
                online=True,
                token_accepted=about is not None,
                problem=None if about else "Plex does not accept the token.",
                seconds=seconds,
            )
        except MediaNestError as error:
            problem = self._connection.problem or error.detail or error.title
            sighting = Sighting(online=False, problem=problem)
        if age != self._age:
            return sighting
        if sighting.online != self._last.online:
            log.info("plex_seen", online=sighting.online, problem=sighting.problem)
        self._last, self._looked_at = sighting, self._clock.monotonic()
        return sighting

    def _check(self, identity: Identity) -> None:
        expected = self._connection.machine_identifier
        if expected is not None and identity.machine_identifier != expected:
            self._connection.lose()
            raise Unavailable("Another Plex server answers where ours was.")
        self._connection.confirm(identity.machine_identifier)

    async def _about(self) -> About | None:
        token = self._connection.token
        try:
            return await self._pms.about(token=token)
        except TokenRefused:
            if self._connection.refused(token):
                return await self._about()
            # A later one may be known, with which the next look begins.
            await self._connection.account.read()
            return None

    async def _remember(self, identity: Identity, about: About | None) -> None:
        """Another server than the one known becomes ours only if it takes our token: addresses are given to others."""
        try:
            async with self._db.read() as connection:
                known = await present_server(connection)
            is_other = known is not None and known.machine_identifier != identity.machine_identifier
            if is_other and about is None:
                log.warning("plex_other_server", machine_identifier=identity.machine_identifier)
                return
            async with self._db.transaction() as tx:
                await Servers(tx.session).seen(
                    identity.machine_identifier,
                    name=about.name if about else None,
                    version=identity.version,
                    platform=about.platform if about else None,
                    now=self._clock.now(),
                )
        except Exception as error:
            log.warning("plex_not_remembered", error=type(error).__name__, exc_info=not is_outage(error))

"""What is due, decided every few seconds in the replica that leads."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from medianest_common.errors import MediaNestError, TooManyRequests
from medianest_plex.adapters.answers import Section
from medianest_plex.app import PlexApp
from medianest_plex.index import Index
from medianest_plex.models import Library, Server
from medianest_plex.repository import present_server
from medianest_plex.sync.departures import MASS_SIGHTING, SECOND_SIGHTING, remove_libraries
from medianest_plex.sync.progress import Progress
from medianest_plex.sync.reading import OVERLAP, delta, full_pass

log = structlog.get_logger()

BEAT_SECONDS = 30.0
FULL_EVERY = timedelta(hours=24)
AGAIN_AFTER = timedelta(minutes=15)
"""So long after a full pass that did not come out even, or that found much missing, until the next one."""
DELTA_EVERY = timedelta(minutes=10)
"""Also where Plex says that nothing has changed: it does not say so of edits."""


class Sync:
    """One at a time."""

    def __init__(self, app: PlexApp) -> None:
        self._app = app

    async def beat_if_due(self) -> None:
        """At once where somebody has given a hint or asked for a full pass, else every `BEAT_SECONDS`."""
        pace, now = self._app.pace, self._app.clock.monotonic()
        due = pace.beat_at is None or now - pace.beat_at >= BEAT_SECONDS
        if due or self._app.hints or await self._is_wanted():
            pace.beat_at = now
            await self.beat()

    async def beat(self) -> None:
        """Do what is due. Ends quietly when Plex is away; the next beat tries again."""
        async with self._app.db.read() as connection:
            server = await present_server(connection)
        if server is None:
            return
        try:
            if not await self._is_still(server):
                return
            sections = await self._app.plex.pms.sections(token=self._app.plex.token)
            await self._keep_libraries(server, sections)
        except MediaNestError as error:
            await self._put_off(error, await self._libraries(server))
            return
        await self._look_at_each(server, {int(section.key): section for section in sections})

    async def _look_at_each(self, server: Server, by_key: Mapping[int, Section]) -> None:
        """One that cannot be read holds up no other."""
        libraries = [each for each in await self._libraries(server) if each.key in by_key]
        for place, library in enumerate(libraries):
            try:
                await self._look(server, library, by_key[library.key])
            except TooManyRequests as slower:
                await self._put_off(slower, libraries[place:])
                return
            except MediaNestError as error:
                await self._put_off(error, [library])
            else:
                await self._has_been_read(library)

    async def _put_off(self, error: MediaNestError, libraries: Sequence[Library]) -> None:
        log.info("plex_sync_put_off", reason=error.code, libraries=[each.title for each in libraries])
        async with self._app.db.transaction() as tx:
            for library in libraries:
                if library.unread_since is None:
                    await Progress(tx.session).write(library, unread_since=self._app.clock.now())

    async def _has_been_read(self, library: Library) -> None:
        if library.unread_since is not None:
            async with self._app.db.transaction() as tx:
                await Progress(tx.session).write(library, unread_since=None)

    async def _is_still(self, server: Server) -> bool:
        """Where another server answers now, its items must not be taken for this one's. The watch sees it too."""
        identity = await self._app.plex.pms.identity()
        if identity.machine_identifier != server.machine_identifier:
            log.warning("plex_sync_other_server", machine_identifier=identity.machine_identifier)
            return False
        return True

    async def _look(self, server: Server, library: Library, section: Section) -> None:
        now = self._app.clock.now()
        hinted = section.key in self._app.hints or library.hinted_at is not None
        self._app.hints.discard(section.key)
        if self._full_pass_is_due(library, now=now):
            await full_pass(self._app, server, library)
            return
        if hinted or self._may_have_news(library, section, now=now) or await self._differs(library, now=now):
            await delta(self._app, server, library)
        if await self._differs(library, now=now) or await self._has_missing(library, now=now):
            await full_pass(self._app, server, library)

    def _full_pass_is_due(self, library: Library, *, now: datetime) -> bool:
        if library.asked_at is not None:
            return True
        if library.complete_at is not None and now - library.complete_at <= FULL_EVERY:
            return False
        was_killed = library.pass_seen_at is not None
        return was_killed or library.pass_started_at is None or now - library.pass_started_at > AGAIN_AFTER

    def _may_have_news(self, library: Library, section: Section, *, now: datetime) -> bool:
        if library.checked_at is None or now - library.checked_at > DELTA_EVERY:
            return True
        return datetime.fromtimestamp(section.changed_at, now.tzinfo) > library.checked_at - OVERLAP

    async def _differs(self, library: Library, *, now: datetime) -> bool:
        """Whether Plex has more or fewer films, shows or artists than after the last full pass and since."""
        if not self._came_out_even(library) and now - (library.pass_started_at or now) <= AGAIN_AFTER:
            return False
        section = Section(str(library.key), library.title, library.type)
        theirs = await self._app.plex.pms.count(section, token=self._app.plex.token)
        async with self._app.db.transaction() as tx:
            ours = await Index(tx.session).count(library.id, top=True, missing=False)
        return theirs is not None and theirs - ours != library.gap

    def _came_out_even(self, library: Library) -> bool:
        """The last full pass."""
        started, ended = library.pass_started_at, library.complete_at
        return started is not None and ended is not None and ended >= started

    async def _has_missing(self, library: Library, *, now: datetime) -> bool:
        """Whether something waits for its second sighting, and may be looked at again."""
        async with self._app.db.transaction() as tx:
            missing = await Progress(tx.session).missing(library.id)
        if missing is None or library.complete_at is None:
            return False
        wait = AGAIN_AFTER if missing.is_much else SECOND_SIGHTING
        return now - max(missing.since, library.complete_at) >= wait

    async def _keep_libraries(self, server: Server, sections: Sequence[Section]) -> None:
        now = self._app.clock.now()
        async with self._app.db.transaction() as tx:
            gone = await Index(tx.session).keep_libraries(server.id, sections, now=now, wait=MASS_SIGHTING)
        if gone:
            await remove_libraries(
                self._app,
                server,
                [library for library in await self._libraries(server) if library.id in gone],
            )
        async with self._app.db.transaction() as tx:
            replaced = await Progress(tx.session).replaced_servers(server.id, before=now - MASS_SIGHTING)
        for other in replaced:
            log.info("plex_server_replaced", machine_identifier=other.machine_identifier)
            await remove_libraries(self._app, other, await self._libraries(other))

    async def _libraries(self, server: Server) -> Sequence[Library]:
        async with self._app.db.transaction() as tx:
            return await Progress(tx.session).libraries(server.id)

    async def _is_wanted(self) -> bool:
        async with self._app.db.read() as connection:
            return await Progress.is_wanted(connection)

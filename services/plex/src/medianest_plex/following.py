"""What the replica that leads does all the time: hear the server's events, and watch what is played."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import structlog
from prometheus_client import Gauge

from medianest_common.errors import MediaNestError
from medianest_plex.adapters.coercion import Document, entries, to_float, to_int, to_key, to_text
from medianest_plex.adapters.event_socket import Told
from medianest_plex.adapters.viewing import activities
from medianest_plex.app import PlexApp
from medianest_plex.playback import Playback
from medianest_plex.pushing import tell_scan

log = structlog.get_logger()

CONNECTED = Gauge("medianest_plex_events_connected", "Whether the socket for Plex's events is open.")

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
SILENCE = 900.0
"""Seconds without any frame after which the connection is not believed any more."""
_STEADY = 30.0
"""A connection that stood so long was a good one: the next trouble starts with the shortest wait again."""
_LIBRARY = "com.plexapp.plugins.library"
_SETTLED = {5, 9}
_SCAN = "library.update.section"
_ENDED = "ended"


class Ears:
    """One connection for events, opened again for ever. Whatever was missed meanwhile is looked up afterwards."""

    def __init__(
        self,
        app: PlexApp,
        playback: Playback,
        *,
        first_wait: float = FIRST_WAIT,
        longest_wait: float = LONGEST_WAIT,
        silence: float = SILENCE,
    ) -> None:
        self._app = app
        self._playback = playback
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._silence = silence
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        wait = self._first_wait
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await self._listen()
            except (MediaNestError, TimeoutError) as error:
                log.info("plex_events_lost", reason=getattr(error, "detail", None) or type(error).__name__)
            except Exception:
                log.exception("plex_events_failed")
            if loop.time() - started > _STEADY:
                wait = self._first_wait
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311
            wait = min(wait * 2, self._longest_wait)

    async def _listen(self) -> None:
        plex = self._app.plex
        address = plex.pms.base_url
        async with plex.pms.events(token=plex.token) as socket:
            CONNECTED.set(1)
            log.info("plex_events_open")
            try:
                await self._catch_up()
                while True:
                    async with asyncio.timeout(self._silence):
                        told = await socket.next()
                    for each in told:
                        self._hear(each)
                    if plex.pms.base_url != address:
                        return  # The server is reached another way now.
            finally:
                CONNECTED.set(0)

    async def _catch_up(self) -> None:
        """Events that were sent while nobody listened are not sent again."""
        self._playback.look_soon()
        plex = self._app.plex
        try:
            self._app.hints.update(section.key for section in await plex.pms.sections(token=plex.token))
            for activity in await activities(plex.pms, token=plex.token):
                self._activity(activity, ended=False)
        except MediaNestError as error:
            log.info("plex_catch_up_put_off", reason=error.code)

    def _hear(self, told: Told) -> None:
        if told.kind == "playing":
            self._playback.hear(told.entry)
        elif told.kind == "timeline":
            self._timeline(told.entry)
        else:
            for activity in entries(told.entry.get("Activity")):
                self._activity(activity, ended=told.entry.get("event") == _ENDED)

    def _timeline(self, entry: Document) -> None:
        """Sections below 1 are no libraries; states in between say that more is to come."""
        section = to_int(entry.get("sectionID"))
        is_item = entry.get("identifier") == _LIBRARY and to_int(entry.get("state")) in _SETTLED
        if is_item and section is not None and section > 0:
            self._app.hints.add(str(section))

    def _activity(self, activity: Document, *, ended: bool) -> None:
        if to_text(activity.get("type")) != _SCAN:
            return
        context = entries(activity.get("Context"))
        section = to_key(context[0].get("librarySectionID")) if context else None
        if section is None:
            return
        if ended:
            self._app.hints.add(section)
        progress = to_float(activity.get("progress"))  # -1 says that nobody knows.
        self._start(
            tell_scan(
                self._app,
                section,
                title=to_text(activity.get("title")),
                percent=100 if ended else _percent(progress),
                done=ended,
            )
        )

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _percent(progress: float | None) -> int | None:
    return round(progress) if progress is not None and 0 <= progress <= 100 else None


async def follow(app: PlexApp) -> None:
    """For ever: hear what the server says, and watch what is played."""
    playback = Playback(app)
    async with asyncio.TaskGroup() as both:
        both.create_task(Ears(app, playback).run())
        both.create_task(playback.run())

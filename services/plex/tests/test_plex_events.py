"""The server's own word of what changes: quick while it lasts, and nothing is lost when it fails."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import PUSH_ADMINS
from medianest_common.contracts.plex.playback import SCAN_PROGRESSED, ListSessions
from medianest_common.errors import Unavailable
from medianest_common.http import public_authorities
from medianest_common.lifecycle import running
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_plex.faults import Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.adapters.event_socket import LARGEST_FRAME, PATH, event_socket, read_frame
from medianest_plex.following import Ears
from medianest_plex.lead import Lead
from medianest_plex.playback import Playback
from medianest_plex.service import SERVICE
from services.plex.tests.household import Household
from services.plex.tests.playing import Room, a_room


@pytest.fixture
async def room(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> AsyncIterator[Room]:
    async with a_room(sandbox, plex, clock) as room:
        yield room


@asynccontextmanager
async def ears(room: Room, *, silence: float = 60.0, playback: Playback | None = None) -> AsyncIterator[None]:
    """Listening, with less patience than in earnest."""
    work = Ears(room.app, playback or room.playback, first_wait=0.02, longest_wait=0.1, silence=silence)
    task = asyncio.create_task(work.run())
    try:
        await until(lambda: room.plex.events.listeners == 1)
        await until(lambda: len(room.app.hints) == 3)
        room.app.hints.clear()
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any]) -> None:
    async def probe() -> bool:
        return bool(true())

    await eventually(probe)


def connections(room: Room) -> int:
    return sum(request.path == PATH for request in room.plex.requests)


async def opened_again(room: Room, before: int) -> None:
    """And caught up: whatever was missed may be in any of the three libraries."""
    await until(lambda: connections(room) > before and len(room.app.hints) == 3)


async def test_what_was_added_changed_or_removed_is_a_hint_for_its_library(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with ears(room):
        film = room.plex.library.add_movie("Arrival", 2016)
        await until(lambda: room.app.hints == {"1"})
        room.app.hints.clear()
        room.plex.library.remove(film)
        await until(lambda: room.app.hints == {"1"})
        (asked,) = [request for request in room.plex.requests if request.path == PATH]
        assert asked.token == room.plex.server_token
        assert not asked.token_in_url
    # The pretend server runs in this process too, and its own log is not ours.
    ours = [record.getMessage() for record in caplog.records if record.name != "uvicorn.error"]
    assert ours
    assert not [line for line in ours if room.plex.server_token in line]


async def test_frames_of_every_kind_are_survived(room: Room) -> None:
    """Without a container, without keys, of unknown types, not even JSON: counted, left out, and the next is heard."""
    odd: list[Any] = [
        [],
        "text",
        None,
        {"NotificationContainer": []},
        {"NotificationContainer": {"type": ["playing"]}},
        {
            "NotificationContainer": {
                "type": "playing",
                "PlaySessionStateNotification": [{"state": "playing"}, 1],
            }
        },
        {"NotificationContainer": {"type": "playing", "PlaySessionStateNotification": {"sessionKey": []}}},
        {
            "NotificationContainer": {
                "type": "timeline",
                "TimelineEntry": [{"sectionID": "x"}, {"sectionID": -1}],
            }
        },
        {"NotificationContainer": {"type": "activity", "ActivityNotification": [{"Activity": 1}, {}]}},
        {"NotificationContainer": {"type": "reachability", "ReachabilityNotification": [{}]}},
        {"NotificationContainer": {"type": "update.statechange"}},
    ]
    async with ears(room):
        for frame in ("{", "", "[" * 50_000, "\x00", *map(json.dumps, odd)):
            room.plex.events.send_raw(frame)
        bare = {"identifier": "com.plexapp.plugins.library", "sectionID": 2, "state": 5, "itemID": 7}
        room.plex.events.send_raw(json.dumps({"type": "timeline", "TimelineEntry": [bare]}))
        await until(lambda: room.app.hints == {"2"})
        assert connections(room) == 1


def test_text_that_is_no_utf_8_is_read_all_the_same() -> None:
    frame = '{"type": "playing", "PlaySessionStateNotification": [{"title": "weißes iPhone"}]}'
    (told,) = read_frame(frame.encode("latin-1"))
    assert told.entry["title"] == "wei�es iPhone"


async def test_a_lost_connection_is_opened_again_and_what_was_missed_is_looked_up(room: Room) -> None:
    server, before = room.plex.server, 1
    async with ears(room):
        for trouble in ("cut", "restart", "too long a frame"):
            if trouble == "cut":
                server.cut_connections()
            elif trouble == "restart":
                server.fail_with("refuse")
                await until(lambda: room.plex.events.listeners == 0)
                server.heal()
            else:
                room.plex.events.send_raw(json.dumps({"type": "x" * LARGEST_FRAME}))
            await opened_again(room, before)
            room.app.hints.clear()
            room.plex.library.add_movie("Arrival", 2016)
            await until(lambda: room.app.hints == {"1"})
            room.app.hints.clear()
            before = connections(room)


async def test_a_connection_on_which_nothing_comes_is_not_believed_for_ever(room: Room) -> None:
    async with ears(room, silence=0.2):
        await until(lambda: connections(room) >= 3 and len(room.app.hints) == 3)


async def test_a_server_that_does_not_let_us_in_is_asked_again(room: Room) -> None:
    faults: list[Fault] = [401, 503, "hang", "html"]
    for fault in faults:
        room.plex.server.fail_with(fault, path=PATH, times=1)
    async with ears(room):
        assert connections(room) == 5


async def test_play_pause_and_stop_are_seen_at_once(room: Room) -> None:
    frida = room.plex.add_friend("frida")
    playback = Playback(room.app, pause=0.02)
    looking = asyncio.create_task(playback.run())

    async def states() -> list[str]:
        return [session.state for session in (await room.playing()).items]

    async def shows(*wanted: str) -> None:
        async def probe() -> bool:
            return await states() == list(wanted)

        await eventually(probe)

    async with ears(room, playback=playback):
        session = room.plex.sessions.play(frida, room.key_of("Heat"))
        await shows("playing")
        room.plex.sessions.change(session, state="paused", offset=5000)
        await shows("paused")
        room.clock.advance(60)
        room.plex.sessions.change(session, state="playing", offset=65_000)
        await shows("playing")
        room.clock.advance(60)
        room.plex.sessions.stop(session)
        await shows()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    (play,) = await room.plays()
    assert play.item.title == "Heat"


async def test_no_event_is_worth_a_look_that_only_says_that_time_passes(room: Room) -> None:
    frida = room.plex.add_friend("frida")
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    looks = sum(request.path == "/status/sessions" for request in room.plex.requests)
    playback = Playback(room.app, pause=0.01)
    looking = asyncio.create_task(playback.run())
    async with ears(room, playback=playback):
        for offset in range(1000, 200_000, 1000):
            room.plex.sessions.change(session, offset=offset)
        room.plex.library.add_movie("Arrival", 2016)
        await until(lambda: "1" in room.app.hints)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert sum(request.path == "/status/sessions" for request in room.plex.requests) - looks <= 3


async def test_the_progress_of_a_scan_is_pushed_to_administrators(room: Room) -> None:
    scan = {
        "uuid": "a1",
        "type": "library.update.section",
        "title": "Scanning Movies",
        "progress": -1,
        "Context": {"librarySectionID": "1"},
    }
    room.plex.media_server.running.append(scan | {"progress": 12})
    async with ears(room):
        room.plex.events.activity("updated", scan)
        room.plex.events.activity("updated", scan | {"progress": 40.4})
        room.plex.events.activity("updated", scan | {"type": "butler"})
        room.plex.events.activity("ended", scan | {"progress": 100})
        await until(lambda: len(room.pushed) == 4)
        assert "1" in room.app.hints
    assert {subject for subject, _ in room.pushed} == {PUSH_ADMINS}
    assert {frame["type"] for _, frame in room.pushed} == {SCAN_PROGRESSED}
    assert [frame["data"]["percent"] for _, frame in room.pushed] == [12, None, 40, 100]
    assert [frame["data"]["done"] for _, frame in room.pushed] == [False, False, False, True]


async def test_one_replica_listens_and_another_takes_over(home: Household) -> None:
    """And the whole service shows what is played without anybody telling it to look."""
    plex = home.plex

    def opened() -> int:
        return sum(request.path == PATH for request in plex.requests)

    await until(lambda: plex.events.listeners == 1)
    async with running(SERVICE, overrides=home.sandbox.settings):
        plex.sessions.play(plex.owner, next(iter(plex.library.items.values())).rating_key)

        async def shown() -> bool:
            answer = await home.ask(ListSessions(), role=Role.OWNER)
            return [session.item.title for session in answer.items] == ["Heat"]

        await eventually(shown)
        before = opened()
        assert plex.events.listeners == 1
        await home.sandbox.stop("plex")
        await until(lambda: opened() > before and plex.events.listeners == 1)


async def test_work_goes_on_from_beat_to_beat_and_ends_after_the_last() -> None:
    starts = 0
    ended = asyncio.Event()

    async def work() -> None:
        nonlocal starts
        starts += 1
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    lead = Lead(lapse=60)
    for _ in range(3):
        await lead.go_on(work, seconds=0.01)
    assert starts == 1 and not ended.is_set()
    await lead.aclose()

    ended.clear()
    lead = Lead(lapse=0.05)
    await lead.go_on(work, seconds=0.01)
    assert starts == 2
    await asyncio.wait_for(ended.wait(), 30)
    await lead.go_on(work, seconds=0.01)
    assert starts == 3
    await lead.aclose()


async def test_work_that_fails_is_told_and_begun_again() -> None:
    lead = Lead()

    async def work() -> None:
        raise LookupError("of no use")

    for _ in range(2):
        with pytest.raises(LookupError):
            await lead.go_on(work, seconds=1)
    await lead.aclose()


async def test_the_authorities_are_read_once_however_often_the_socket_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes tens of milliseconds each time, and a server that is away is tried for as long as it takes."""
    read: list[object] = []
    really = httpx.create_ssl_context

    def counted(*args: Any, **options: Any) -> Any:
        read.append(args)
        return really(*args, **options)

    public_authorities.cache_clear()
    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    for _ in range(3):
        with pytest.raises(Unavailable):
            async with event_socket(httpx.URL("https://127.0.0.1:1"), headers={}):
                pass
    assert len(read) == 1

"""Who watches what, and who has: each play once, whatever the server and the network do meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medianest.testing import Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import PUSH_ADMINS
from medianest_common.contracts.plex.live import ReadSessionStates
from medianest_common.contracts.plex.playback import (
    PlayKind,
    PlayState,
    StreamDecision,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.fake_plex.faults import Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex import jobs
from medianest_plex.playback import Playback
from medianest_plex.read_history import read_history
from medianest_plex.sync import Sync
from services.plex.tests.playing import Room, a_room, refused

HOUR = 3600.0


@pytest.fixture
async def room(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> AsyncIterator[Room]:
    async with a_room(sandbox, plex, clock, timezone="Europe/Berlin") as room:
        yield room


@pytest.fixture
def frida(plex: FakePlex) -> FakeAccount:
    return plex.add_friend("frida")


async def test_it_is_shown_who_plays_what_where_and_how(room: Room, frida: FakeAccount) -> None:
    user_id = await room.signed_in(frida)
    room.plex.sessions.play(
        frida,
        room.key_of("Heat"),
        offset=61_000,
        transcode=True,
        player="Tablet",
        local=False,
        bandwidth=4200,
    )

    await room.look()

    now = await room.playing()
    (session,) = now.items
    assert not now.stale
    assert (session.viewer.name, session.viewer.user_id) == ("frida", user_id)
    assert (session.item.title, session.item.kind, session.item.year) == ("Heat", PlayKind.LIBRARY, 1995)
    assert session.item.image is not None
    assert (session.state, session.position_seconds) == (PlayState.PLAYING, 61)
    stream = session.stream
    assert (stream.player, stream.decision, stream.bandwidth_kbps) == (
        "Tablet",
        StreamDecision.TRANSCODE,
        4200,
    )
    assert (stream.local, stream.relayed) == (False, False)


async def test_what_happens_to_the_stream_is_told(room: Room, frida: FakeAccount) -> None:
    ways: dict[str, Any] = {
        "direct_play": {},
        "direct_stream": {"remux": True},
        "transcode": {"transcode": True},
    }
    for decision, how in ways.items():
        room.plex.sessions.play(frida, room.key_of("Heat"), player=decision, **how)
    await room.look()
    assert {s.stream.player: s.stream.decision for s in (await room.playing()).items} == {d: d for d in ways}


async def test_everyone_sees_their_own_and_administrators_all(room: Room, frida: FakeAccount) -> None:
    user_id = await room.signed_in(frida)
    owner_id = await room.signed_in(room.plex.owner)
    room.plex.sessions.play(frida, room.key_of("Heat"))
    room.plex.sessions.play(room.plex.owner, room.key_of("Alien"))
    await room.look()

    with refused("FORBIDDEN"):
        await room.playing(by=user_id, role=Role.USER)
    mine = await room.playing(by=user_id, role=Role.USER, mine=True)
    owners = await room.playing(by=owner_id, role=Role.OWNER, mine=True)
    nobodys = await room.playing(by=uuid4(), role=Role.USER, mine=True)

    assert [s.item.title for s in mine.items] == ["Heat"]
    # The server calls its owner number 1.
    assert [(s.item.title, s.viewer.account_id) for s in owners.items] == [("Alien", 1)]
    assert nobodys.items == []
    assert len((await room.playing()).items) == 2


async def test_live_television_and_trailers_are_shown_and_only_the_former_recorded(
    room: Room, frida: FakeAccount
) -> None:
    sessions = room.plex.sessions
    sessions.watch_live_television(frida, title="The Price Is Right", programme="Tonight")
    sessions.show_recorded("ha_session_transient", frida)
    sessions.show_recorded("ha_session_unknown", room.plex.owner)
    await room.look()

    kinds = {s.item.title: s.item.kind for s in (await room.playing()).items}
    await room.look(after=60)
    await room.look(after=60)
    sessions.others.clear()
    await room.look()

    assert kinds == {
        "Tonight": PlayKind.LIVE,
        "fancy_preroll": PlayKind.PREROLL,
        "some_unknown_item": PlayKind.OTHER,
    }
    (play,) = await room.plays()
    assert (play.item.title, play.item.top_title, play.item.rating_key) == (
        "Tonight",
        "The Price Is Right",
        None,
    )
    assert play.played_seconds >= 120


async def test_a_play_is_recorded_once_however_often_it_is_reported(room: Room, frida: FakeAccount) -> None:
    duration = 2_000
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await asyncio.gather(*(room.playback.look() for _ in range(4)))
    room.plex.sessions.move(session, offset=duration * 100)
    await room.look(after=100)
    room.plex.sessions.change(session, state="paused")
    await room.look(after=10)
    await room.look(after=300)
    room.plex.sessions.change(session, state="playing")
    await room.look(after=10)
    room.plex.sessions.lose(session)

    await asyncio.gather(*(Playback(room.app).look() for _ in range(4)))
    await room.look()

    (play,) = await room.plays()
    assert (play.item.title, play.viewer.name) == ("Heat", "frida")
    assert 300 <= play.paused_seconds <= 340
    assert 100 <= play.played_seconds <= 140
    assert (await room.playing()).items == []


async def test_a_stop_that_nobody_told_ends_when_it_was_seen_last(room: Room, frida: FakeAccount) -> None:
    """Otherwise sessions of thousands of minutes come about."""
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    await room.look(after=60)
    room.plex.sessions.lose(session)

    await room.look(after=90 * HOUR)

    (play,) = await room.plays()
    assert play.played_seconds <= 90
    assert play.stopped_at - play.started_at < timedelta(seconds=90)


async def test_a_player_that_says_it_plays_but_stands_still_does_not_play(
    room: Room, frida: FakeAccount
) -> None:
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    for _ in range(20):
        await room.look(after=60)
    room.plex.sessions.lose(session)
    await room.look(after=1)

    (play,) = await room.plays()
    assert play.played_seconds < 200
    assert play.paused_seconds > 900


async def test_a_restart_of_the_service_goes_on_with_the_same_play(room: Room, frida: FakeAccount) -> None:
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    (before,) = (await room.playing()).items

    restarted = Playback(room.app)
    room.clock.advance(20)
    await restarted.look()
    room.plex.sessions.lose(session)
    room.clock.advance(20)
    await restarted.look()

    (play,) = await room.plays()
    assert (play.id, play.started_at) == (before.id, before.started_at)


async def test_a_restart_of_plex_makes_no_second_play_of_the_same(room: Room, frida: FakeAccount) -> None:
    """Keys begin again with 1, so another's session may now have the key that this one had."""
    room.plex.sessions.play(frida, room.key_of("Heat"), offset=0)
    room.plex.sessions.play(room.plex.owner, room.key_of("Alien"), offset=0)
    await room.look()
    await room.look(after=60)
    before = {s.item.title: s.id for s in (await room.playing()).items}

    room.plex.sessions.restart()
    await room.look(after=30)
    room.plex.sessions.play(room.plex.owner, room.key_of("Alien"), offset=60_000)
    room.plex.sessions.play(frida, room.key_of("Heat"), offset=60_000)
    await room.look(after=30)

    assert {s.item.title: s.id for s in (await room.playing()).items} == before
    assert await room.plays() == []

    # Restarted between two looks, and something has only just begun.
    room.plex.sessions.play(room.plex.owner, room.key_of("Episode 1"), player="Phone")
    await room.look(after=5)
    before = {s.item.title: s.id for s in (await room.playing()).items}
    room.plex.sessions.restart()
    room.plex.sessions.play(room.plex.owner, room.key_of("Episode 1"), player="Phone")
    room.plex.sessions.play(room.plex.owner, room.key_of("Alien"), offset=90_000)
    room.plex.sessions.play(frida, room.key_of("Heat"), offset=90_000)
    await room.look(after=10)
    assert {s.item.title: s.id for s in (await room.playing()).items} == before


async def test_the_next_episode_in_the_same_session_is_another_play(room: Room, frida: FakeAccount) -> None:
    sessions = room.plex.sessions
    first = sessions.play(frida, room.key_of("Episode 1"))
    await room.look()
    await room.look(after=60)
    sessions.restart()
    assert sessions.play(frida, room.key_of("Episode 2")) == first
    await room.look()

    (play,) = await room.plays()
    (session,) = (await room.playing()).items
    assert (play.item.title, play.item.top_title) == ("Episode 1", "Severance")
    assert session.item.title == "Episode 2"


async def test_sessions_outlast_an_outage_and_are_called_stale(room: Room, frida: FakeAccount) -> None:
    room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    (before,) = (await room.playing()).items
    faults: list[Fault] = [401, 500, 503, "html", "malformed", "truncate", "drop", "refuse"]
    for fault in faults:
        room.plex.server.fail_with(fault, path="" if fault == "refuse" else "/status/sessions")
        with pytest.raises(MediaNestError):
            await room.look(after=100)
        away = await room.playing()
        room.plex.server.heal()
        room.clock.advance(60)
        await room.look()
        back = await room.playing()
        assert away.stale
        assert not back.stale
        assert [s.id for s in back.items] == [s.id for s in away.items] == [before.id]


async def test_odd_sessions_and_broken_umlauts_hide_no_other(room: Room, frida: FakeAccount) -> None:
    room.plex.quirks.latin = True
    room.plex.sessions.play(frida, room.key_of("Heat"), player="weißes iPhone, Soveværelse")
    room.plex.sessions.others += [
        {"type": "movie", "title": "No key"},
        {"sessionKey": "77", "type": "movie"},
        {"sessionKey": "78", "title": "Odd", "User": [], "Player": None, "Media": "x", "viewOffset": "soon"},
    ]
    room.plex.quirks.stringly = True
    await room.look()
    sessions = (await room.playing()).items
    assert sessions[0].stream.player == "wei\ufffdes iPhone, Sovev\ufffdrelse"
    assert {s.item.title: s.viewer.name for s in sessions} == {"Heat": "frida", "Odd": "Somebody"}


async def test_administrators_and_the_person_hear_of_changes(room: Room, frida: FakeAccount) -> None:
    user_id = await room.signed_in(frida)
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    room.plex.sessions.move(session, offset=10_000)
    await room.look()
    room.plex.sessions.change(session, state="paused")
    await room.look()
    [shown] = (await room.sandbox.bus.call(ReadSessionStates())).states
    assert (shown.frame.data["state"], shown.user_ids, shown.admins) == ("paused", [user_id], True)
    room.plex.sessions.lose(session)
    await room.look()
    assert (await room.sandbox.bus.call(ReadSessionStates())).states == []
    await room.sandbox.nats.flush()
    async with asyncio.timeout(30):
        while len(room.pushed) < 6:
            await asyncio.sleep(0.01)

    to_admins = [frame["data"]["state"] for subject, frame in room.pushed if subject == PUSH_ADMINS]
    to_frida = [frame["data"]["state"] for subject, frame in room.pushed if subject.endswith(user_id.hex)]
    assert to_admins == to_frida == ["playing", "paused", "stopped"]
    assert not any(token in str(room.pushed) for token in room.plex.tokens)


async def test_the_servers_own_history_is_read_once(room: Room, frida: FakeAccount) -> None:
    await Sync(room.app).beat()
    now = room.clock.now()
    for day in range(5, 250):
        room.plex.sessions.watched(frida, room.key_of("Heat"), at=now - timedelta(days=day))
    room.plex.sessions.watched(room.plex.owner, room.key_of("Episode 1"), at=now - timedelta(days=2))

    assert await read_history(room.app) == 246
    assert await read_history(room.app) == 0
    assert sum(await asyncio.gather(read_history(room.app), read_history(room.app))) == 0
    room.plex.quirks.ignore_paging = True
    assert await asyncio.wait_for(read_history(room.app), 30) == 0

    newest, *_ = await room.plays(limit=2)
    assert (newest.item.title, newest.item.top_title, newest.imported) == ("Episode 1", "Severance", True)
    assert (newest.viewer.account_id, newest.viewer.name) == (1, room.plex.owner.title)
    assert newest.item.duration_seconds
    assert (await room.stats(days=300)).total.plays == 246


async def test_reading_the_history_goes_on_where_it_was_interrupted(room: Room, frida: FakeAccount) -> None:
    now, asked = room.clock.now(), "/status/sessions/history/all"
    for day in range(500, 0, -1):
        room.plex.sessions.watched(frida, room.key_of("Heat"), at=now - timedelta(days=day))
    room.plex.quirks.page_cap = 100
    room.plex.quirks.missing_total_size = True
    room.plex.server.fail_with("malformed", path=asked, after=3)

    with pytest.raises(MediaNestError):
        await read_history(room.app)
    assert await room.count("plays") == 300
    room.plex.server.heal()
    room.clock.advance(60)
    before = len(room.plex.requests)
    assert await read_history(room.app) == 200
    pages = [r for r in list(room.plex.requests)[before:] if r.path == asked]
    assert len(pages) == 4, "two full ones, one that was begun by the day read twice, and the empty last one"


async def test_the_history_is_read_once_the_index_is_there_and_then_now_and_then(
    room: Room, frida: FakeAccount
) -> None:
    async def plays() -> int:
        await jobs.read_history(room.app)
        return await room.count("plays")

    for day in (3, 2):
        room.plex.sessions.watched(frida, room.key_of("Heat"), at=room.clock.now() - timedelta(days=day))
    assert await plays() == 0
    await Sync(room.app).beat()
    assert await plays() == 2
    room.plex.sessions.watched(frida, room.key_of("Alien"), at=room.clock.now() - timedelta(minutes=1))
    assert await plays() == 2
    room.clock.advance(601)
    assert await plays() == 3
    assert all(play.played_seconds > 0 for play in await room.plays())


async def test_what_was_seen_by_ourselves_is_not_read_again(room: Room, frida: FakeAccount) -> None:
    session = room.plex.sessions.play(frida, room.key_of("Heat"))
    await room.look()
    room.plex.sessions.watched(frida, room.key_of("Heat"), at=room.clock.now())
    await read_history(room.app)
    await room.look(after=60)
    room.plex.sessions.lose(session)
    await room.look()
    room.plex.sessions.watched(frida, room.key_of("Heat"), at=room.clock.now())
    await read_history(room.app)

    (play,) = await room.plays()
    assert not play.imported


async def test_history_is_paged_and_filtered(room: Room, frida: FakeAccount) -> None:
    await Sync(room.app).beat()
    user_id = await room.signed_in(frida)
    now = room.clock.now()
    for day in range(1, 8):
        room.plex.sessions.watched(frida, room.key_of("Heat"), at=now - timedelta(days=day))
        room.plex.sessions.watched(room.plex.owner, room.key_of("Episode 1"), at=now - timedelta(days=day))
    await read_history(room.app)
    show = next(s.key for s in room.plex.library.sections.values() if s.type == "show")

    first = await room.history(limit=9)
    rest = await room.history(limit=9, cursor=first.next_cursor)
    assert len(first.items) == 9
    assert len({p.id for p in first.items + rest.items}) == 14
    assert rest.next_cursor is None
    assert {p.item.title for p in await room.plays(user=user_id)} == {"Heat"}
    assert {p.item.title for p in await room.plays(account=1)} == {"Episode 1"}
    assert {p.item.title for p in await room.plays(library=str(show))} == {"Episode 1"}
    between = await room.plays(since=now - timedelta(days=3, hours=1), until=now - timedelta(days=1, hours=1))
    assert len(between) == 4
    with refused("INVALID_CURSOR"):
        await room.history(cursor="nonsense")
    anothers: list[dict[str, Any]] = [{"user": uuid7()}, {"account": 1}]
    for query in anothers:
        with refused("FORBIDDEN"):
            await room.history(by=user_id, role=Role.USER, **query)
    assert len(await room.plays(by=user_id, role=Role.USER, account=frida.id)) == 7


async def test_figures_say_what_is_watched_most_by_whom_when_and_where(
    room: Room, frida: FakeAccount
) -> None:
    await Sync(room.app).beat()
    user_id = await room.signed_in(frida)
    await room.watch(frida, "Heat", seconds=600, player="Tablet", transcode=True)
    await room.watch(frida, "Episode 1", seconds=300, player="Tablet")
    await room.watch(room.plex.owner, "Episode 2", seconds=300)

    everybody = await room.stats(days=7)
    mine = await room.stats(days=7, by=user_id, role=Role.USER)

    assert everybody.total.plays == 3
    assert [(m.title, m.plays) for m in everybody.movies] == [("Heat", 1)]
    assert [(s.title, s.plays) for s in everybody.shows] == [("Severance", 2)]
    assert everybody.movies[0].rating_key == room.key_of("Heat")
    assert everybody.movies[0].image is not None
    assert [(v.viewer.name, v.plays) for v in everybody.viewers] == [("frida", 2), (room.plex.owner.title, 1)]
    assert {(row.title, row.plays) for row in everybody.libraries} == {("Movies", 1), ("TV Shows", 2)}
    assert everybody.players[0].name == "Tablet"
    assert {d.name for d in everybody.decisions} == {"transcode", "direct_play"}
    assert len(everybody.per_day) == 7
    assert sum(day.plays for day in everybody.per_day) == 3
    assert len(everybody.per_hour) == 24
    assert sum(hour.plays for hour in everybody.per_hour) == 3
    assert everybody.total.seconds == sum(row.seconds for row in everybody.libraries) >= 1100
    assert (mine.total.plays, mine.viewers) == (2, [])
    assert [s.plays for s in mine.shows] == [1]
    with refused("FORBIDDEN"):
        await room.stats(by=user_id, role=Role.USER, user=uuid7())


async def test_a_play_is_added_up_once_however_many_settle(room: Room, frida: FakeAccount) -> None:
    await room.watch(frida, "Heat")
    await room.watch(frida, "Alien", seconds=0)  # A slip of the finger is no play.
    room.clock.advance(601)
    await asyncio.gather(*(jobs.settle_plays(room.app) for _ in range(5)))
    stats = await room.stats()
    assert stats.total.plays == 1
    # It is in no library of ours, and keeps its name.
    assert [(m.title, m.rating_key, m.image) for m in stats.movies] == [("Heat", None, None)]


async def test_hours_are_those_of_the_household(room: Room, frida: FakeAccount) -> None:
    await Sync(room.app).beat()
    at = room.clock.now().replace(hour=23, minute=30) - timedelta(days=40)
    room.plex.sessions.watched(frida, room.key_of("Heat"), at=at)
    await read_history(room.app)
    local = at.astimezone(ZoneInfo("Europe/Berlin"))
    stats = await room.stats(days=60)
    assert [h.hour for h in stats.per_hour if h.plays] == [local.hour]
    assert [d.day for d in stats.per_day if d.plays] == [local.date()]


async def test_old_plays_are_forgotten_and_not_read_again(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    frida = plex.add_friend("frida")
    async with a_room(sandbox, plex, clock, plex_history_days=30) as room:
        for day in (5, 20, 40):
            plex.sessions.watched(frida, room.key_of("Heat"), at=clock.now() - timedelta(days=day))
        assert await read_history(room.app) == 2
        clock.advance(15 * 86_400)
        await jobs.forget_plays(room.app)
        await read_history(room.app)
        assert await room.count("plays") == 1
        assert (await room.stats(days=300)).total.plays == 1


async def test_with_own_nobody_sees_anything_but_their_own(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    frida = plex.add_friend("frida")
    async with a_room(sandbox, plex, clock, plex_history="own") as room:
        user_id = await room.signed_in(frida)
        await room.watch(frida, "Heat")
        await room.watch(plex.owner, "Alien")
        assert [p.item.title for p in await room.plays(by=user_id, role=Role.USER)] == ["Heat"]
        assert await room.plays(by=uuid4(), role=Role.OWNER) == []
        with refused("FORBIDDEN"):
            await room.plays(by=uuid4(), role=Role.OWNER, user=user_id)
        with refused("FORBIDDEN"):
            await room.stats(by=uuid4(), role=Role.OWNER, user=user_id)
        assert (await room.stats(by=user_id, role=Role.USER)).total.plays == 1


async def test_with_off_nothing_is_recorded(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> None:
    frida = plex.add_friend("frida")
    async with a_room(sandbox, plex, clock, plex_history="off") as room:
        plex.sessions.watched(frida, room.key_of("Alien"), at=clock.now() - timedelta(days=3))
        await read_history(room.app)
        await room.watch(frida, "Heat")
        history = await room.history()
        assert (history.items, history.mode) == ([], "off")
        assert (await room.stats()).total.plays == 0
        assert [await room.count(table) for table in ("plays", "play_days", "sessions")] == [0, 0, 0]

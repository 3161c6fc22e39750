"""Watchlists are read with their owners' own tokens, for those who want it, and told as a whole or not at all."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.contracts.plex import ExportUserData
from medianest_common.contracts.plex.watchlist import (
    OfferAccountToken,
    RemoveFromWatchlist,
    WatchlistRead,
)
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex import watchlist_numbers
from medianest_plex.adapters import discover
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE
from medianest_plex.watchlists import read_due
from services.plex.tests.household import Household
from services.plex.tests.test_leaving import rows
from services.plex.tests.test_reconnecting import watched

LIST = "/library/sections/watchlist/all"


class Ear:
    """Hears what is told of watchlists."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    async def arrived(self, message: Any) -> None:
        self.heard.append(json.loads(message.data))

    async def next(self, number: int = 1) -> WatchlistRead:
        async def told() -> bool:
            return len(self.heard) >= number

        await eventually(told)
        return WatchlistRead.model_validate(self.heard[number - 1])


async def listening(home: Household) -> Ear:
    ear = Ear()
    await home.sandbox.nats.subscribe(WatchlistRead.subject, cb=ear.arrived)
    await home.sandbox.nats.flush(timeout=5)
    return ear


async def wanting(home: Household, account: FakeAccount, *, enabled: bool = True) -> UUID:
    person = await home.signed_in(account)
    await home.sandbox.bus.call(OfferAccountToken(user_id=person, account_token=account.token))
    await switch(home, person, enabled=enabled)
    return person


async def switch(home: Household, person: UUID, *, enabled: bool) -> None:
    await home.sandbox.emit(WatchlistSwitched(user_id=person, enabled=enabled, at=home.clock.now()))


def where(plex: FakePlex) -> dict[str, str]:
    return {"plex_url": plex.server_url, "plex_token": plex.owner.token, "plex_tv_url": plex.tv_url}


def asked(home: Household) -> list[Any]:
    return [request for request in home.plex.requests if request.path == LIST]


async def test_a_list_is_read_with_its_owners_own_token_and_told_with_the_catalogues_numbers(
    home: Household,
) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.watch(frida, "The Matrix", tmdb=603, year=1999)
    home.plex.watch(frida, "Breaking Bad", tmdb=1396, show=True)
    home.plex.watch(frida, "Home video", tmdb=None)
    ear = await listening(home)
    person = await wanting(home, frida)

    told = await ear.next()

    assert told.user_id == person and told.items is not None
    shown = [(each.title, each.is_show, each.tmdb_id) for each in told.items]
    assert shown == [("Home video", False, None), ("Breaking Bad", True, 1396), ("The Matrix", False, 603)]
    assert {request.token for request in asked(home)} == {frida.token}
    assert not any(request.token_in_url for request in home.plex.requests)
    kept = repr(await rows(home, "select account_token from plex.watchlists"))
    assert frida.token not in kept and frida.token not in repr(ear.heard)
    assert frida.token not in (await home.ask(ExportUserData(), by=person)).model_dump_json()


async def test_what_has_not_changed_is_neither_sent_nor_told_again(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.watch(frida, "The Matrix", tmdb=603)
    ear = await listening(home)
    await wanting(home, frida)
    await ear.next()
    before = len(asked(home))
    home.clock.advance(400)

    async def asked_again() -> bool:
        return len(asked(home)) > before

    await eventually(asked_again)
    assert asked(home)[-1].headers["if-none-match"].startswith('W/"')
    home.plex.watch(frida, "Heat", tmdb=949)
    home.clock.advance(400)
    assert [each.tmdb_id for each in (await ear.next(2)).items or ()] == [949, 603]


async def test_what_plex_has_no_number_for_yet_is_looked_up_again_once_a_day(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    key = home.plex.watch(frida, "Announced today", tmdb=None)
    ear = await listening(home)
    await wanting(home, frida)
    assert [each.tmdb_id for each in (await ear.next()).items or ()] == [None]
    frida.watchlist[0].guids.append("tmdb://603")

    home.clock.advance(400)

    async def read_again() -> bool:
        return len(asked(home)) >= 2

    await eventually(read_again)
    pages = [request for request in home.plex.requests if request.path == f"/library/metadata/{key}"]
    assert (len(pages), len(ear.heard)) == (1, 1)
    home.clock.advance(86_400)

    async def known() -> bool:
        """The list is also told again as it stands, which may come first."""
        return [each["tmdbId"] for each in ear.heard[-1]["items"]] == [603]

    await eventually(known)


async def test_a_long_list_is_read_by_pages_and_never_told_in_part(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.plex_tv.watchlists_have_guids = True
    for number in range(250):
        home.plex.watch(frida, f"Film {number}", tmdb=10_000 + number)
    ear = await listening(home)
    home.plex.tv.fail_with("truncate", path=LIST, times=1, after=1)
    await wanting(home, frida)
    assert (await ear.next()).problem is not None
    home.clock.advance(400)
    told = await ear.next(2)
    assert told.items is not None and len(told.items) == 250


async def test_a_refused_token_is_forgotten_and_the_next_sign_in_mends_it(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.watch(frida, "The Matrix", tmdb=603)
    ear = await listening(home)
    person = await wanting(home, frida)
    await ear.next()
    home.plex.reset_password(frida)
    home.clock.advance(400)
    told = await ear.next(2)
    assert told.items is None and told.problem is not None and "Sign in with Plex" in told.problem
    assert await rows(home, "select account_token from plex.watchlists") == [(None,)]
    await home.sandbox.bus.call(OfferAccountToken(user_id=person, account_token=frida.token))
    assert [each.tmdb_id for each in (await ear.next(3)).items or ()] == [603]


async def test_when_plex_says_slow_down_everybody_waits_as_long_as_it_says(home: Household) -> None:
    people = [home.plex.add_friend(name) for name in ("frida", "gustav", "hanna")]
    for each in people:
        home.plex.watch(each, "The Matrix", tmdb=603)
    home.plex.tv.fail_with(429, path=LIST, times=1, retry_after=900)
    ear = await listening(home)
    for each in people:
        await wanting(home, each)

    async def paused() -> bool:
        return bool(
            await rows(home, "select 1 from plex.watchlists where next_at > now() + interval '10 minutes'")
        )

    await eventually(paused)
    home.clock.advance(1_000)
    for number in range(1, 4):
        assert (await ear.next(number)).items is not None


async def test_nobody_who_signs_in_meanwhile_goes_past_those_who_wait(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    apps: list[PlexApp] = []
    await sandbox.start(watched(apps), **where(plex))
    home = Household(sandbox, plex, clock)
    frida, gustav = plex.add_friend("frida"), plex.add_friend("gustav")
    plex.tv.fail_with(429, path=LIST, times=1, retry_after=900)
    await wanting(home, frida)

    async def resting() -> bool:
        return apps[0].pace.lists_rest_until is not None

    await eventually(resting)
    person = await wanting(home, gustav)

    async def due() -> bool:
        found = await rows(home, f"select 1 from plex.watchlists where wanted and user_id = '{person}'")
        return bool(found)

    await eventually(due)
    await read_due(apps[0])
    assert len(asked(home)) == 1
    clock.advance(1_000)

    async def both() -> bool:
        return len(asked(home)) == 3

    await eventually(both)


async def test_of_many_readers_one_reads_each_list(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    """As when two replicas both believe that they lead."""
    apps: list[PlexApp] = []
    home = Household(sandbox, plex, clock)
    for _ in range(2):
        await sandbox.start(watched(apps), **where(plex))
    friends = [plex.add_friend(f"friend{number}") for number in range(5)]
    for friend in friends:
        plex.watch(friend, "The Matrix", tmdb=603)
        await wanting(home, friend)

    async def all_read() -> bool:
        return len({request.token for request in asked(home)} & {each.token for each in friends}) == 5

    await eventually(all_read)
    before = len(asked(home))
    for number in range(1, 7):
        clock.advance(400)
        await asyncio.gather(*(read_due(app) for app in (*apps, *apps)))

        async def read(number: int = number) -> bool:
            return len(asked(home)) >= before + 5 * number

        await eventually(read)
    assert len(asked(home)) == before + 5 * 6


async def test_an_event_that_was_lost_is_made_up_for_after_a_start_and_now_and_then(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    home, apps = Household(sandbox, plex, clock), list[PlexApp]()
    await sandbox.start(watched(apps), **where(plex))
    frida = plex.add_friend("frida")
    plex.watch(frida, "The Matrix", tmdb=603)
    ear = await listening(home)
    await wanting(home, frida)
    first = await ear.next()
    assert first.read_before is None, "nobody knows since when it has been on it"
    plex.watch(frida, "Heat", tmdb=949)
    clock.advance(400)
    second = await ear.next(2)
    assert second.read_before is not None and first.at <= second.read_before < second.at

    await sandbox.stop("plex")
    await sandbox.start(watched(apps), **where(plex))
    clock.advance(400)
    again = await ear.next(3)
    assert (again.items, again.read_before) == (second.items, None), "nothing on it is known to be new"
    clock.advance(400)
    await read_due(apps[-1])
    clock.advance(7 * 3_600)
    assert (await ear.next(4)).items == second.items
    assert asked(home)[-2].headers.get("if-none-match"), "what was told lately is not read anew"

    plex.reset_password(frida)
    clock.advance(400)
    problem = (await ear.next(5)).problem
    assert problem
    clock.advance(7 * 3_600)
    assert (await ear.next(6)).problem == problem, "that it cannot be read is told again likewise"


async def test_a_list_nobody_wants_read_is_not_read_and_its_token_goes_after_a_day(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.watch(frida, "The Matrix", tmdb=603)
    await wanting(home, frida, enabled=False)
    assert await rows(home, "select 1 from plex.watchlists where account_token is not null")
    home.clock.advance(90_000)

    async def forgotten() -> bool:
        return await rows(home, "select account_token from plex.watchlists") == [(None,)]

    await eventually(forgotten)
    assert asked(home) == []


async def test_where_no_list_is_read_no_token_is_kept(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    await sandbox.start(
        SERVICE,
        plex_url=plex.server_url,
        plex_token=plex.owner.token,
        plex_tv_url=plex.tv_url,
        watchlist_requests=False,
    )
    home = Household(sandbox, plex, clock)
    frida = plex.add_friend("frida")
    person = await home.signed_in(frida)
    await sandbox.bus.call(OfferAccountToken(user_id=person, account_token=frida.token))
    assert await rows(home, "select 1 from plex.watchlists where account_token is not null") == []


async def test_somebody_takes_something_off_their_own_list(home: Household) -> None:
    frida, gustav = home.plex.add_friend("frida"), home.plex.add_friend("gustav")
    key = home.plex.watch(frida, "The Matrix", tmdb=603)
    home.plex.watch(gustav, "The Matrix", tmdb=603, rating_key=key)
    person = await wanting(home, frida)
    await home.ask(RemoveFromWatchlist(rating_key=key), by=person)
    assert frida.watchlist == [] and len(gustav.watchlist) == 1
    await home.ask(RemoveFromWatchlist(rating_key=key), by=person)
    stranger = await home.signed_in(gustav)
    with pytest.raises(RemoteError) as refused:
        await home.ask(RemoveFromWatchlist(rating_key=key), by=stranger)
    assert refused.value.code == "SIGN_IN_WITH_PLEX"


async def test_whoever_leaves_leaves_no_token_and_none_comes_late(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    person = await wanting(home, frida)
    await home.sandbox.emit(UserDeleted(user_id=person))

    async def gone() -> bool:
        return await rows(home, "select 1 from plex.watchlists") == []

    await eventually(gone)
    await home.sandbox.bus.call(OfferAccountToken(user_id=person, account_token=frida.token))
    assert await rows(home, "select 1 from plex.watchlists") == []


async def test_what_was_told_of_a_list_goes_from_the_bus_with_its_owner(home: Household) -> None:
    frida, gustav = home.plex.add_friend("frida"), home.plex.add_friend("gustav")
    ear = await listening(home)
    for number, account in enumerate((frida, gustav), 1):
        home.plex.watch(account, "The Matrix", tmdb=603)
        left = await wanting(home, account)
        await ear.next(number)
    assert await told_on_the_bus(home) == 2
    await home.sandbox.emit(UserDeleted(user_id=left))

    async def forgotten() -> bool:
        return await told_on_the_bus(home) == 1

    await eventually(forgotten)


async def told_on_the_bus(home: Household) -> int:
    js = home.sandbox.bus.js
    info = await js.stream_info("EVT_PLEX", subjects_filter=WatchlistRead.subject)
    return sum((info.state.subjects or {}).values())


async def test_what_makes_no_sense_is_told_to_be_on_the_list_all_the_same(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.watch(frida, "The Matrix", tmdb=603)
    heat = home.plex.watch(frida, "Heat", tmdb=949)
    ear = await listening(home)
    await wanting(home, frida)
    first = await ear.next()
    assert (len(first.items or ()), first.untold, first.has_gaps) == (2, [], False)

    frida.watchlist[1].title = "\x00"
    home.clock.advance(400)
    told = await ear.next(2)
    assert [each.tmdb_id for each in told.items or ()] == [603]
    assert (told.untold, told.has_gaps) == ([heat], False)

    home.plex.watch(frida, "Up a level", tmdb=1, rating_key="../../x")
    home.clock.advance(400)
    told = await ear.next(3)
    assert (told.untold, told.has_gaps) == ([heat], True)

    del frida.watchlist[2]
    frida.watchlist[1].title = "Heat"
    home.clock.advance(400)
    told = await ear.next(4)
    assert [each.tmdb_id for each in told.items or ()] == [949, 603]
    assert (told.untold, told.has_gaps) == ([], False)
    assert told.read_before is None, "nobody knows whether it was on the list before"


async def test_what_is_too_much_or_not_looked_up_yet_does_not_look_like_removed(
    home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"_PAGE": 2, "MOST_ITEMS": 3, "_MOST_READ": 6}.items():
        monkeypatch.setattr(discover, name, value)
    monkeypatch.setattr(watchlist_numbers, "_LOOK_UPS", 2)
    frida = home.plex.add_friend("frida")
    keys = [home.plex.watch(frida, f"Film {number}", tmdb=10_000 + number) for number in range(5)]
    newest_first = keys[::-1]
    ear = await listening(home)
    await wanting(home, frida)

    first = await ear.next()
    assert [each.rating_key for each in first.items or ()] == newest_first[:2]
    assert (first.untold, first.has_gaps) == (newest_first[2:], False)
    home.clock.advance(400)
    second = await ear.next(2)
    assert [each.rating_key for each in second.items or ()] == newest_first[:3]
    assert (second.untold, second.has_gaps) == (newest_first[3:], False)
    more = [home.plex.watch(frida, f"Film {number}", tmdb=10_000 + number) for number in range(5, 7)]
    home.clock.advance(400)
    third = await ear.next(3)
    assert [each.rating_key for each in third.items or ()] == [*more[::-1], newest_first[0]]
    assert (third.untold, third.has_gaps) == (newest_first[1:4], True)


async def test_hostile_titles_and_keys_do_no_harm(home: Household) -> None:
    frida = home.plex.add_friend("frida")
    home.plex.plex_tv.watchlists_have_guids = True
    home.plex.watch(frida, "\x00<b>$&" + "x" * 5_000, tmdb=603)
    home.plex.watch(frida, "Up a level", tmdb=1, rating_key="../../x")
    ear = await listening(home)
    await wanting(home, frida)
    [only] = (await ear.next()).items or []
    assert only.title.startswith("<b>$&x") and len(only.title) == 150

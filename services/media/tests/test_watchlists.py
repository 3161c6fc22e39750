"""Requests that come by themselves from somebody's watchlist at Plex: theirs, within their quota, and never twice."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.auth import RevocationReason, SessionRevoked
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus
from medianest_common.contracts.media.watchlist import (
    GetWatchlist,
    ListWatchlists,
    RequestFromWatchlist,
    SetWatchlist,
    ShowChoice,
    Watchlist,
    WatchlistEntry,
    WatchlistState,
)
from medianest_common.contracts.plex.watchlist import (
    WatchlistItem,
    WatchlistItemRemoved,
    WatchlistRead,
)
from medianest_common.errors import RemoteError
from medianest_media.service import SERVICE
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on

FILM_ITEM = WatchlistItem(rating_key="f603", is_show=False, title="The Matrix", year=1999, tmdb_id=FILM)
SHOW_ITEM = WatchlistItem(rating_key="s1396", is_show=True, title="Breaking Bad", year=2008, tmdb_id=SHOW)


def film(number: int) -> WatchlistItem:
    return WatchlistItem(
        rating_key=f"f{number}", is_show=False, title=f"Film {number}", year=2000, tmdb_id=number
    )


async def tell(
    home: Home, person: Person, *items: WatchlistItem, read_before: datetime | None = None
) -> None:
    at = home.clock.now()
    await home.sandbox.emit(
        WatchlistRead(user_id=person.id, at=at, items=list(items), read_before=read_before)
    )


async def watching(home: Home, *items: WatchlistItem, shows: ShowChoice = ShowChoice.ALL) -> Person:
    frida = await home.friend()
    await frida.call(SetWatchlist(enabled=True, shows=shows))
    await tell(home, frida, *items)
    return frida


async def settled(person: Person, number: int = 1) -> list[WatchlistEntry]:
    async def seen() -> list[WatchlistEntry] | None:
        items = (await person.call(GetWatchlist(limit=100))).items
        good = len(items) == number and all(each.state is not WatchlistState.WAITING for each in items)
        return items if good else None

    found: list[WatchlistEntry] = await eventually(seen)
    return found


async def heard_of_nothing(home: Home, person: Person) -> None:
    """An empty list has been taken in, and the job that followed has been done."""
    home.clock.advance(1)
    at = home.clock.now()
    await home.sandbox.emit(WatchlistRead(user_id=person.id, at=at, items=[]))
    await heard_everything(home, person, until=at)


async def heard_everything(home: Home, person: Person, *, until: datetime | None = None) -> None:
    """Nothing waits in the outbox or in the queue."""
    at = until or home.clock.now() - timedelta(seconds=60)

    async def quiet() -> bool:
        taken = "select 1 from watchlists where user_id = :id and read_at >= :at"
        if await home.rows("select 1 from outbox") or not await home.rows(taken, id=person.id, at=at):
            return False
        info = await home.sandbox.bus.js.consumer_info("JOB_MEDIA", "media__request_from_watchlist")
        return not info.num_pending and not info.num_ack_pending

    await eventually(quiet)


async def requests_of(person: Person) -> list[media.MediaRequest]:
    return (await person.call(media.ListRequests(mine=True))).items


async def test_what_is_on_the_list_is_asked_for_in_their_name_and_says_where_it_came_from(home: Home) -> None:
    frida = await watching(home, FILM_ITEM, SHOW_ITEM)
    items = await settled(frida, 2)
    assert {each.state for each in items} == {WatchlistState.REQUESTED}
    asked = {each.media_type: each for each in await requests_of(frida)}
    assert {each.source for each in asked.values()} == {RequestSource.WATCHLIST}
    assert asked[MediaType.TV].seasons == [1, 2, 3]
    request = asked[MediaType.MOVIE]
    assert request.requested_by is not None
    assert request.requested_by.id == frida.id
    assert request.status is RequestStatus.PENDING, "as if they had asked themselves"
    twin = await home.twin(request)
    assert twin.requested_by.plex_id == frida.plex_id


async def test_nothing_is_read_before_somebody_switches_it_on_or_after_they_switch_it_off(home: Home) -> None:
    frida = await home.friend()
    seen = await frida.call(GetWatchlist())
    assert (seen.enabled, seen.allowed, seen.items) == (False, True, [])
    await frida.call(SetWatchlist(enabled=True))
    await frida.call(SetWatchlist(enabled=False))
    await home.sandbox.emit(WatchlistRead(user_id=frida.id, at=home.clock.now(), items=[FILM_ITEM]))
    other = await home.friend("Gustav")
    await other.call(SetWatchlist(enabled=True))
    await tell(home, other, film(550))
    await settled(other)
    assert await requests_of(frida) == []
    switched = [(event["userId"], event["enabled"]) for event in home.events if "enabled" in event]
    assert switched == [(str(frida.id), True), (str(frida.id), False), (str(other.id), True)]


async def test_of_a_show_the_first_season_alone_can_be_chosen(home: Home) -> None:
    frida = await watching(home, SHOW_ITEM, shows=ShowChoice.FIRST)
    await settled(frida)
    [request] = await requests_of(frida)
    assert request.seasons == [1]


async def test_row_18_at_the_limit_nothing_is_added_and_everybody_concerned_sees_why(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, movie_quota_limit=2, movie_quota_days=7) as home:
        for number in range(1, 6):
            home.overseerr.add_movie(number, f"Film {number}", 2000)
        frida = await watching(home, *(film(number) for number in range(1, 6)))
        items = await settled(frida, 5)
        # The newest are asked for first.
        assert [each.state.value for each in items] == ["requested"] * 2 + ["held"] * 3
        assert "2 films in 7 days" in (items[-1].reason or "")
        assert len(await requests_of(frida)) == 2
        [person] = (await home.owner.call(ListWatchlists())).items
        assert (person.name, person.requested, person.held) == ("Frida", 2, 3)
        assert "2 films in 7 days" in (person.held_because or "")
        home.clock.advance(8 * 86_400)

        async def two_more() -> bool:
            return len(await requests_of(frida)) == 4

        await eventually(two_more)


async def test_at_the_limit_nobody_looks_up_what_cannot_be_asked_for(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """A list may hold a thousand shows, and is gone through every quarter of an hour."""
    async with home_on(server_urls, tmp_path, tv_quota_limit=1, tv_quota_days=7) as home:
        shows = []
        for number in range(1, 8):
            home.overseerr.add_show(number, f"Show {number}", 2000, seasons={1: 3})
            shows.append(SHOW_ITEM.model_copy(update={"rating_key": f"s{number}", "tmdb_id": number}))
        frida = await watching(home, *shows, shows=ShowChoice.FIRST)
        items = await settled(frida, 7)
        assert [each.state.value for each in items] == ["requested"] + ["held"] * 6
        assert "1 seasons in 7 days; 0 left" in (items[-1].reason or "")
        looked_up = {call.path for call in home.overseerr.calls}
        assert "/api/v1/tv/2" in looked_up
        assert not looked_up & {f"/api/v1/tv/{number}" for number in range(3, 8)}


@pytest.mark.parametrize("ended", ["cancelled", "declined"])
async def test_row_53_what_was_ended_does_not_come_back_while_it_stays_on_the_list(
    home: Home, ended: str
) -> None:
    frida = await watching(home, FILM_ITEM)
    await settled(frida)
    [request] = await requests_of(frida)
    if ended == "cancelled":
        await frida.call(media.CancelRequest(id=request.id))
    else:
        await home.owner.call(media.DeclineRequest(id=request.id, reason="no room"))
    home.clock.advance(3_600)
    await tell(home, frida, FILM_ITEM, film(9))

    [shown] = [each for each in await settled(frida, 2) if each.tmdb_id == FILM]
    assert shown.state is WatchlistState.DISMISSED and "not asked for again" in (shown.reason or "")
    assert len(await requests_of(frida)) == 1
    # Switching it off and on again is no way round it.
    await frida.call(SetWatchlist(enabled=False))
    await frida.call(SetWatchlist(enabled=True))
    home.clock.advance(60)
    await tell(home, frida, FILM_ITEM)
    [shown] = await settled(frida)
    assert shown.state is WatchlistState.DISMISSED and len(await requests_of(frida)) == 1


async def test_taken_off_the_list_and_put_on_it_again_is_asking_again(seerr: Home) -> None:
    frida = await watching(seerr, FILM_ITEM)
    await settled(frida)
    [request] = await requests_of(frida)
    await frida.call(media.CancelRequest(id=request.id))
    seerr.clock.advance(1)
    # A list that came short for a moment is nobody's decision.
    await heard_of_nothing(seerr, frida)
    assert (await frida.call(GetWatchlist())).items == []
    seerr.clock.advance(60)
    read_before = seerr.clock.now()
    await tell(seerr, frida, FILM_ITEM)
    [shown] = await settled(frida)
    assert shown.state is WatchlistState.DISMISSED
    seerr.clock.advance(60)
    await seerr.sandbox.emit(
        WatchlistItemRemoved(user_id=frida.id, rating_key=FILM_ITEM.rating_key, at=seerr.clock.now())
    )

    async def off() -> bool:
        return (await frida.call(GetWatchlist())).items == []

    await eventually(off)
    # A reading from before the removal that comes late brings nothing back.
    late = read_before + (seerr.clock.now() - read_before) / 2
    await seerr.sandbox.emit(WatchlistRead(user_id=frida.id, at=late, items=[FILM_ITEM]))

    async def read() -> bool:
        return await seerr.rows("select 1 from watchlists where read_at >= :at", at=late) != []

    await eventually(read)
    assert await off()
    seerr.clock.advance(3_600)
    await tell(seerr, frida, FILM_ITEM)

    async def again() -> bool:
        return len(await requests_of(frida)) == 2

    await eventually(again)


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param({"untold": [FILM_ITEM.rating_key]}, id="its entry makes no sense"),
        pytest.param({"has_gaps": True}, id="nobody knows what else is on it"),
    ],
)
async def test_what_was_ended_does_not_come_back_because_its_entry_could_not_be_read_for_a_while(
    seerr: Home, unclear: dict[str, Any]
) -> None:
    frida = await watching(seerr, FILM_ITEM, SHOW_ITEM)
    await settled(frida, 2)
    [request] = [each for each in await requests_of(frida) if each.tmdb_id == FILM]
    await frida.call(media.CancelRequest(id=request.id))
    for on_it in ([SHOW_ITEM], [FILM_ITEM, SHOW_ITEM]):
        seerr.clock.advance(3_600)
        at = seerr.clock.now()
        await seerr.sandbox.emit(WatchlistRead(user_id=frida.id, at=at, items=on_it, **unclear))
        await heard_everything(seerr, frida, until=at)
        assert {each.tmdb_id for each in await settled(frida, 2)} == {FILM, SHOW}

    assert len(await requests_of(frida)) == 2
    seerr.clock.advance(3_600)
    await tell(seerr, frida, SHOW_ITEM)
    assert [each.tmdb_id for each in await settled(frida)] == [SHOW]


async def test_what_was_cancelled_before_it_came_onto_the_list_is_asked_for(seerr: Home) -> None:
    """Each for themselves: what somebody else has ended, or ended before they wished for it, is nobody's no."""
    frida, gustav = await watching(seerr, SHOW_ITEM), await seerr.friend("Gustav")
    await settled(frida)
    for person in (gustav, frida):
        by_hand = await person.request(FILM)
        await person.call(media.CancelRequest(id=by_hand.id))
    seerr.clock.advance(600)
    read_before = seerr.clock.now()
    seerr.clock.advance(300)
    await tell(seerr, frida, FILM_ITEM, SHOW_ITEM, read_before=read_before)
    [shown] = [each for each in await settled(frida, 2) if each.tmdb_id == FILM]
    assert shown.state is WatchlistState.REQUESTED
    [mine, over] = [each for each in await requests_of(frida) if each.tmdb_id == FILM]
    assert (mine.source, over.status) == (RequestSource.WATCHLIST, RequestStatus.CANCELLED)

    # From then on her no holds, however often the list is told, in whole or by pieces.
    await frida.call(media.CancelRequest(id=mine.id))
    for _ in range(3):
        read_before = seerr.clock.now()
        seerr.clock.advance(3_600)
        await tell(seerr, frida, FILM_ITEM, SHOW_ITEM, read_before=read_before)
        await tell(seerr, frida, FILM_ITEM, SHOW_ITEM)
    await heard_everything(seerr, frida)
    [shown] = [each for each in await settled(frida, 2) if each.tmdb_id == FILM]
    assert shown.state is WatchlistState.DISMISSED
    assert len([each for each in await requests_of(frida) if each.tmdb_id == FILM]) == 2


async def test_what_was_cancelled_stays_so_where_nobody_knows_what_came_first(seerr: Home) -> None:
    """The first reading of a list does not say since when a title is on it."""
    frida = await seerr.friend()
    by_hand = await frida.request(FILM)
    await frida.call(media.CancelRequest(id=by_hand.id))
    gustav = await seerr.friend("Gustav")
    seerr.clock.advance(60)
    for person in (frida, gustav):
        await person.call(SetWatchlist(enabled=True))
    await tell(seerr, frida, FILM_ITEM)
    [shown] = await settled(frida)
    assert shown.state is WatchlistState.DISMISSED and "not asked for again" in (shown.reason or "")
    await tell(seerr, gustav, FILM_ITEM)
    [his] = await settled(gustav)
    assert his.state is WatchlistState.REQUESTED, "what Frida does not want is no matter of Gustav's"
    again = await frida.request(SHOW, media_type=MediaType.TV)
    assert again.status is RequestStatus.PENDING, "she may ask for anything by hand"


async def test_a_list_that_is_told_again_changes_nothing(seerr: Home) -> None:
    frida = await watching(seerr, FILM_ITEM, SHOW_ITEM)
    before = await settled(frida, 2)
    for _ in range(3):
        seerr.clock.advance(3_600)
        await tell(seerr, frida, FILM_ITEM, SHOW_ITEM)
    await heard_everything(seerr, frida)
    assert await settled(frida, 2) == before
    assert len(await requests_of(frida)) == 2


async def test_what_is_there_or_asked_for_by_others_is_skipped_with_the_reason(home: Home) -> None:
    gustav = await home.friend("Gustav")
    await gustav.request(FILM)
    await home.change(
        "insert into library_items (machine_identifier, rating_key, media_type, tmdb_id, gone, seen_at)"
        " values ('m', '1', 'movie', 9, false, now())"
    )
    home.overseerr.add_movie(9, "Heat", 1995)
    nameless = WatchlistItem(rating_key="n", is_show=False, title="Home video", year=None, tmdb_id=None)
    frida = await watching(home, FILM_ITEM, film(9), nameless, film(404_404))
    shown = {each.rating_key: (each.state.value, each.reason) for each in await settled(frida, 4)}
    assert shown["f603"] == ("skipped", "Somebody has asked for it already.")
    assert shown["f9"] == ("skipped", "It is in the library already.")
    assert shown["n"][0] == "skipped" and shown["f404404"][0] == "skipped"
    assert await requests_of(frida) == []


async def test_two_replicas_and_work_that_comes_twice_ask_once(seerr: Home) -> None:
    await seerr.sandbox.start(
        SERVICE, overseerr_url=seerr.overseerr.url, overseerr_api_key=seerr.overseerr.api_key
    )
    for number in range(1, 6):
        seerr.overseerr.add_movie(number, f"Film {number}", 2000)
    frida = await watching(seerr, *(film(number) for number in range(1, 6)))
    for _ in range(6):
        await seerr.sandbox.bus.enqueue_now(RequestFromWatchlist(user_id=frida.id))
    items = await settled(frida, 5)
    assert {each.state for each in items} == {WatchlistState.REQUESTED}
    assert len(await requests_of(frida)) == 5


async def test_while_titles_cannot_be_looked_up_the_list_waits(seerr: Home) -> None:
    seerr.overseerr.fail_with("refuse")
    frida = await watching(seerr, FILM_ITEM)

    async def said() -> str | None:
        items = (await frida.call(GetWatchlist())).items
        return items[0].reason if items else None

    reason: str = await eventually(said)
    assert reason.endswith("It is tried again by itself.") and await requests_of(frida) == []
    seerr.overseerr.heal()
    seerr.clock.advance(300)
    await settled(frida)


async def test_a_list_that_cannot_be_read_says_why_and_loses_nothing(seerr: Home) -> None:
    frida = await watching(seerr, FILM_ITEM)
    await settled(frida)
    seerr.clock.advance(60)
    problem = "Sign in with Plex once more, so that your watchlist can be read."
    await seerr.sandbox.emit(
        WatchlistRead(user_id=frida.id, at=seerr.clock.now(), items=None, problem=problem)
    )

    async def said() -> Watchlist | None:
        seen = await frida.call(GetWatchlist())
        return seen if seen.problem == problem else None

    seen: Watchlist = await eventually(said)
    assert len(seen.items) == 1 and seen.items[0].state is WatchlistState.REQUESTED
    [person] = (await seerr.owner.call(ListWatchlists())).items
    assert person.problem == problem


async def test_an_administrator_can_forbid_it_for_everybody(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with home_on(server_urls, tmp_path, watchlist_requests=False) as home:
        frida = await home.friend()
        assert (await frida.call(GetWatchlist())).allowed is False
        with pytest.raises(RemoteError) as refused:
            await frida.call(SetWatchlist(enabled=True))
        assert refused.value.code == "WATCHLISTS_FORBIDDEN"
        await frida.call(SetWatchlist(enabled=False))
        with pytest.raises(RemoteError) as denied:
            await frida.call(ListWatchlists())
        assert denied.value.code == "FORBIDDEN"


async def test_the_list_of_whoever_is_suspended_asks_for_nothing_more(seerr: Home) -> None:
    """Until they are let in again and switch it on anew. That somebody signs out is no reason."""
    frida, gustav = await watching(seerr, FILM_ITEM), await seerr.friend("Gustav")
    await settled(frida)
    await gustav.call(SetWatchlist(enabled=True))
    for person, reason, session in (
        (gustav, RevocationReason.LOGOUT, gustav.id),
        (gustav, RevocationReason.PASSWORD_CHANGED, None),
        (frida, RevocationReason.SUSPENDED, None),
    ):
        await seerr.sandbox.emit(
            SessionRevoked(user_id=person.id, session_id=session, not_before=seerr.clock.now(), reason=reason)
        )

    async def off() -> bool:
        return not (await frida.call(GetWatchlist())).enabled

    await eventually(off)
    assert (await gustav.call(GetWatchlist())).enabled

    async def told() -> bool:
        switched = [(event["userId"], event["enabled"]) for event in seerr.events if "enabled" in event]
        return switched[-1] == (str(frida.id), False)

    await eventually(told)
    await tell(seerr, frida, FILM_ITEM, film(550))
    await tell(seerr, gustav, SHOW_ITEM)
    await settled(gustav)
    assert len(await requests_of(frida)) == 1


async def test_the_list_of_whoever_leaves_goes_with_them(seerr: Home) -> None:
    frida = await watching(seerr, FILM_ITEM)
    await settled(frida)
    held = (await frida.call(media.ExportUserData())).tables
    assert held["watchlistItems" if "watchlistItems" in held else "watchlist_items"]
    await seerr.sandbox.emit(UserDeleted(user_id=frida.id))

    async def gone() -> bool:
        rows: list[Any] = await seerr.rows("select 1 from watchlists union all select 1 from watchlist_items")
        return rows == []

    await eventually(gone)
    await seerr.sandbox.emit(WatchlistRead(user_id=frida.id, at=seerr.clock.now(), items=[film(550)]))
    other = await seerr.friend("Gustav")
    await other.call(SetWatchlist(enabled=True))
    await tell(seerr, other, SHOW_ITEM)
    await settled(other)
    assert await seerr.rows("select 1 from requests where tmdb_id = 550") == []


async def test_a_long_list_is_shown_by_pages(seerr: Home) -> None:
    frida = await home_with_many(seerr)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await frida.call(GetWatchlist(limit=10, cursor=cursor))
        seen += [each.rating_key for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"n{number}" for number in range(25)]


async def home_with_many(home: Home) -> Person:
    nameless = [
        WatchlistItem(rating_key=f"n{number}", is_show=False, title="$&<b>'", year=None, tmdb_id=None)
        for number in range(25)
    ]
    frida = await watching(home, *nameless)
    await settled(frida, 25)
    return frida

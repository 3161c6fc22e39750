"""What is new in the library: as one message when all of it is there, to those who can see it, and only once."""

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import ExportUserData, NotificationType
from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged
from medianest_notifications import use_cases
from medianest_notifications.jobs import forget_old
from medianest_notifications.use_cases.hear_of_item import FRESH_FOR
from medianest_notifications.use_cases.notify import notify
from services.notifications.tests.household import request_event
from services.notifications.tests.news import GROWN_UPS, MACHINE, MOVIES, SHOWS, News, titles
from services.notifications.tests.test_leaving import leave

telling = sys.modules[use_cases.tell_many.__module__]
_EVERYWHERE = {"machine": MACHINE, "key": MOVIES, "known": False}


async def test_everyone_with_access_to_that_library_hears_of_a_film(news: News) -> None:
    await news.nobody_is_left_out()
    boss = await news.person("Grace", role=Role.ADMIN, sees=[])
    ada = await news.person("Ada", sees=[MOVIES])
    kim = await news.person("Kim", sees=[SHOWS])
    expected = await news.person("Fritz")
    local = await news.person("Linus", plex=False)

    await news.heard(news.film("Dune", 438631, year=2021))
    await news.pass_by(4)
    assert await titles(ada) == []
    await news.pass_by(2)

    assert await titles(ada) == await titles(local) == await titles(boss) == ["Ready to watch: Dune (2021)"]
    assert await titles(kim) == await titles(expected) == []
    [entry] = await ada.inbox()
    assert (entry.body, entry.link) == ("It can be watched now, in Movies.", "/media/movie/438631")


async def test_sickchill_4157_6361_seat_912_ten_episodes_are_one_message_in_whatever_order_they_come(
    news: News,
) -> None:
    ada = await news.person("Ada", sees=[SHOWS])
    first = news.season("Dark", 70523, 2, 1)
    grown = [news.grown("Dark", 70523, 2, before=n, episodes=n + 1) for n in range(1, 10)]

    await news.heard(grown[8], first, *grown[:8])
    await news.pass_by(6)

    assert await titles(ada) == ["Season 2 of Dark is here: 10 episodes"]


async def test_several_seasons_are_one_message_and_later_episodes_another_that_takes_its_place(
    news: News,
) -> None:
    ada = await news.person("Ada", sees=[SHOWS])
    await news.heard(*(news.season("Dark", 70523, number, 8) for number in (1, 2, 3)))
    await news.pass_by(6)
    assert await titles(ada) == ["Dark is here: seasons 1, 2 and 3, 24 episodes"]

    await news.heard(news.season("Severance", 95396, 2, 6))
    await news.pass_by(6)
    await news.heard(news.grown("Severance", 95396, 2, before=6, episodes=10))
    await news.pass_by(6)

    assert await titles(ada) == [
        "Dark is here: seasons 1, 2 and 3, 24 episodes",
        "4 new episodes: Severance, season 2",
    ]
    assert (await ada.inbox())[0].body == "10 episodes are there now, in Shows."
    assert (await ada.count()).unread == 2


async def test_an_episode_of_a_season_that_was_always_there_is_news(news: News) -> None:
    ada = await news.person("Ada", sees=[SHOWS])
    await news.heard(news.grown("Dark", 70523, 1, before=4, episodes=5))
    await news.pass_by(6)
    assert await titles(ada) == ["New episode: Dark, season 1"]


async def test_what_comes_without_a_pause_is_told_after_half_an_hour_and_many_titles_as_one(
    news: News,
) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    for number in range(10):
        await news.heard(news.film(f"Film {number}", 100 + number, year=2000 + number))
        await news.pass_by(3)

    assert await titles(ada) == ["10 new in Movies"]
    [entry] = await ada.inbox()
    assert entry.body.startswith("Film 0 (2000), Film 1 (2001), ")
    assert entry.body.endswith(", Film 7 (2007) and 2 more.")


async def test_overseerr_872_614_a_film_that_came_went_and_came_back_is_not_told_twice(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    dune = news.film("Dune", 438631, year=2021)
    await news.heard(dune)
    await news.pass_by(6)
    await news.heard(news.removed(dune))
    await news.pass_by(60)
    await news.heard(news.film("Dune", 438631, year=2021))
    await news.pass_by(6)
    # And one that was there from the beginning, and is replaced by a better copy.
    heat = news.film("Heat", 949, is_news=False)
    await news.heard(heat, news.removed(heat))
    await news.heard(news.film("Heat", 949, year=1995))
    await news.pass_by(6)

    assert await titles(ada) == ["Ready to watch: Dune (2021)"]


async def test_seerr_466_384_the_same_season_is_not_told_again_at_each_scan(news: News) -> None:
    ada = await news.person("Ada", sees=[SHOWS])
    await news.heard(news.season("Dark", 70523, 2, 10))
    await news.pass_by(6)
    for _ in range(3):
        await news.heard(news.season("Dark", 70523, 2, 10))
        await news.heard(ItemChanged(**news.season("Dark", 70523, 2, 10).model_dump(by_alias=False)))
        # One episode is replaced: for a moment there are nine.
        await news.heard(news.grown("Dark", 70523, 2, before=10, episodes=9))
        await news.heard(news.grown("Dark", 70523, 2, before=9, episodes=10))
        await news.pass_by(31)

    assert await titles(ada) == ["Season 2 of Dark is here: 10 episodes"]


async def test_a_first_sync_and_what_is_told_again_tell_nothing(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES, SHOWS])
    films = [news.film(f"Film {n}", n, is_news=False) for n in range(1, 120)]
    seasons = [news.season("Dark", 70523, n, 10, is_news=False) for n in range(1, 20)]
    again = [ItemChanged(**each.model_dump(by_alias=False)) for each in (*films[:40], *seasons)]

    found_later = [news.season("Dark", 70523, n, 12).model_dump(by_alias=False) for n in range(1, 20)]
    again += [ItemChanged(**each, episodes_before=None) for each in found_later]

    await news.heard(*films, *seasons, *again)
    await news.pass_by(31)

    assert await titles(ada) == []
    assert await news.rows("select count(*) from arrivals") == [(0,)], "and nothing is kept of it"


async def test_what_is_heard_of_a_day_late_is_no_news(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    late = news.clock.now() - FRESH_FOR - timedelta(minutes=1)
    await news.heard(news.film("Dune", 438631, seen_at=late))
    await news.pass_by(31)
    assert await titles(ada) == []


async def test_who_waits_for_it_hears_by_the_request_and_not_twice(news: News) -> None:
    ada, fred = await news.person("Ada", sees=[MOVIES]), await news.person("Fred", sees=[MOVIES])
    olli, kim = await news.person("Olli", sees=[MOVIES]), await news.person("Kim", sees=[MOVIES])
    film: dict[str, Any] = {"request_id": uuid7(), "follower_ids": [fred.id]}
    declined = request_event(kim, RequestStatus.DECLINED, version=2)
    await news.heard(request_event(ada, RequestStatus.PROCESSING, version=3, **film), declined)
    await news.heard(news.film("Dune", 438631, year=2021))
    await news.heard(request_event(ada, RequestStatus.AVAILABLE, version=4, **film))
    await news.pass_by(61 * 24)

    told = "Ready to watch: Dune (2021)"
    assert await titles(ada) == await titles(fred) == await titles(olli) == [told]
    assert {entry.type for entry in await ada.inbox()} == {"request.available"}
    assert {entry.type for entry in await olli.inbox()} == {"library.added"}
    assert await titles(kim) == ["Declined: Dune (2021)", told], "what they asked for has come after all"


async def test_who_asked_for_one_season_hears_of_another_like_everybody(news: News) -> None:
    ada = await news.person("Ada", sees=[SHOWS])
    show: dict[str, Any] = {"media_type": "tv", "tmdb_id": 70523, "title": "Dark", "year": 2017}
    await news.heard(request_event(ada, RequestStatus.PROCESSING, version=3, seasons=[1], **show))
    await news.heard(news.season("Dark", 70523, 1, 10), news.season("Dark", 70523, 2, 8))
    await news.pass_by(6)
    assert await titles(ada) == ["Dark is here: seasons 1 and 2, 18 episodes"]


async def test_the_same_film_in_a_second_library_is_told_only_to_those_who_had_not_seen_it(
    news: News,
) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    kim = await news.person("Kim", sees=[GROWN_UPS])
    both = await news.person("Both", sees=[MOVIES, GROWN_UPS])
    await news.heard(news.film("Dune", 438631))
    await news.pass_by(6)
    await news.heard(news.film("Dune", 438631, library_key=GROWN_UPS, library_title="Grown-ups"))
    await news.pass_by(6)

    assert await titles(ada) == await titles(kim) == await titles(both) == ["Ready to watch: Dune"]


async def test_what_plex_recognises_a_little_later_is_told_then_and_home_videos_are_not(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    unknown = news.film("dune.2021.mkv", None, rating_key="77")
    await news.heard(unknown, news.film("Christmas", None))
    await news.pass_by(31)
    assert await titles(ada) == []
    recognised = news.item(ItemType.MOVIE, "Dune", rating_key="77", tmdb_id=438631, year=2021)
    await news.heard(ItemChanged(**recognised))
    await news.pass_by(6)

    assert await titles(ada) == ["Ready to watch: Dune (2021)"]


async def test_an_album_is_told_with_whose_it_is(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    values = news.item(ItemType.ALBUM, "Kid A", parent_title="Radiohead", library_title="Music")
    await news.heard(ItemAdded(**values))
    await news.pass_by(6)
    assert await titles(ada) == ["New album: Kid A by Radiohead"]


async def test_access_that_is_taken_away_meanwhile_counts(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    await news.heard(news.film("Saw", 176))
    await news.sees(ada, [])
    await news.pass_by(6)
    assert await titles(ada) == []


async def test_a_restart_in_between_loses_nothing_and_tells_nothing_twice(
    news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await news.person(f"P{number}", sees=[MOVIES]) for number in range(3)]
    await news.heard(news.film("Dune", 438631))
    await news.sandbox.stop("notifications")
    news.clock.advance(6 * 60)
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    told: list[Any] = []

    async def killed_after_the_first(app: Any, tx: Any, notice: Any, *, to: Any, dedupe_key: Any) -> None:
        if told:
            raise ConnectionResetError
        told.append(to)
        await notify(app, tx, notice, to=to, dedupe_key=dedupe_key)

    monkeypatch.setattr(telling, "notify", killed_after_the_first)
    await news.start()
    await use_cases.tell_arrivals(news.app)

    async def one_is_told() -> bool:
        with suppress(ConnectionResetError):
            await use_cases.tell_many(news.app)
        return bool(await news.rows("select 1 from tellings where told_up_to is not null"))

    await eventually(one_is_told)
    await news.sandbox.stop("notifications")
    monkeypatch.setattr(telling, "notify", notify)
    await news.start()
    await news.pass_by(0)

    for person in people:
        assert await titles(person) == ["Ready to watch: Dune"]
        assert (await person.count()).head == 1


async def test_parallel_rounds_tell_it_once(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    await news.heard(news.film("Dune", 438631), news.film("Heat", 949))
    news.clock.advance(6 * 60)
    await asyncio.gather(*(use_cases.tell_arrivals(news.app) for _ in range(4)))
    await asyncio.gather(*(use_cases.tell_many(news.app) for _ in range(4)))
    await news.pass_by(0)
    assert sorted(await titles(ada)) == ["Ready to watch: Dune", "Ready to watch: Heat"]


async def test_who_leaves_is_forgotten_and_hears_of_nothing_more(news: News) -> None:
    await news.nobody_is_left_out()
    ada, fred = await news.person("Ada", sees=[MOVIES]), await news.person("Fred", sees=[MOVIES])
    await news.heard(request_event(fred, RequestStatus.PROCESSING, version=1, follower_ids=[ada.id]))
    held = (await ada.ask(ExportUserData())).tables
    assert held["library_access"] == [{"machineIdentifier": "abc123", "libraryKeys": [MOVIES]}]
    assert held["followed_requests"] == [{"title": "Dune", "status": "processing"}]
    removed = await leave(news.sandbox, ada)
    assert removed["library_access"] == 1
    assert removed["followed_requests"] == 1

    await news.heard(news.film("Heat", 949))
    await news.pass_by(6)

    assert await titles(ada) == []
    assert await titles(fred) == ["Ready to watch: Heat"]
    assert await news.rows("select 1 from followed_requests where people ? :id", id=ada.id.hex) == []


async def test_what_was_noted_of_a_library_is_forgotten_in_time(news: News) -> None:
    await news.heard(news.film("Dune", 438631), news.film("christmas.mkv", None))
    await news.pass_by(31)
    assert await news.rows("select count(*) from arrivals") == [(2,)]
    news.clock.advance(timedelta(days=2).total_seconds())
    await forget_old(news.app)
    assert await news.rows("select subject from arrivals") == [("movie:tmdb:438631",)]
    news.clock.advance(timedelta(days=400).total_seconds())
    await forget_old(news.app)
    assert await news.rows("select count(*) from arrivals") == [(0,)]


async def test_one_that_cannot_be_told_keeps_back_none_behind_it_and_is_given_up(news: News) -> None:
    ada = await news.person("Ada", sees=[MOVIES])
    async with news.app.db.transaction() as tx:
        telling.will_tell(news.app, tx, NotificationType.LIBRARY_ADDED, {}, {"places": [_EVERYWHERE]})
    await news.heard(news.film("Dune", 438631, year=2021))
    news.clock.advance(6 * 60)
    await use_cases.tell_arrivals(news.app)

    await use_cases.tell_many(news.app)

    # It may be the clock job of the service that has taken it a moment before.
    await eventually(partial(titles, ada))
    assert await titles(ada) == ["Ready to watch: Dune (2021)"]
    assert len(await news.rows("select 1 from tellings")) == 1
    await news.pass_by(0)
    assert await titles(ada) == ["Ready to watch: Dune (2021)"]


async def test_who_waits_since_an_earlier_version_hears_of_it_once(news: News) -> None:
    """Requests from then have no title before they move; what comes into the library moves them in time."""
    ada = await news.person("Ada", sees=[MOVIES])
    available = request_event(ada, RequestStatus.AVAILABLE, version=3, title="Dune", tmdb_id=438631)
    async with news.app.db.transaction() as tx:
        row = (
            "insert into followed_requests (request_id, version, told, updated_at) values (:id, 2, '{}', :at)"
        )
        await tx.session.execute(text(row), {"id": available.request_id, "at": news.clock.now()})
    await news.heard(news.film("Dune", 438631, year=2021))
    await news.heard(available)
    await news.pass_by(6)

    assert await titles(ada) == ["Ready to watch: Dune (2021)"]
    assert [entry.type for entry in await ada.inbox()] == ["request.available"]

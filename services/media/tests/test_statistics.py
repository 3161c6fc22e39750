"""Statistics: from real rows, right after every move, and kept instead of counted."""

from datetime import date, timedelta
from typing import Any

import pytest

from medianest_common.contracts import media
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.statistics import (
    CountRequestsByDay,
    GetRequestStatistics,
    RequestStatistics,
)
from medianest_common.contracts.personal import NOBODY
from medianest_common.errors import RemoteError
from medianest_media.use_cases.get_statistics import last_months, time_to_available
from services.media.tests.conftest import FILM, SHOW, Home, Person
from services.media.tests.test_leaving import erased
from services.media.tests.test_lists import seed


async def statistics(home: Home, person: Person, **query: Any) -> RequestStatistics:
    """Once nothing is remembered of an earlier answer."""
    home.clock.advance(3600)
    return await person.call(GetRequestStatistics(**query))


async def test_what_is_asked_for_and_how_long_it_takes(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    film, show = await frida.request(), await gustav.request_show(SHOW, seasons=[1])
    await gustav.request_show(SHOW, seasons=[2])
    await seerr.twin(film)
    await seerr.owner.call(media.ApproveRequest(id=film.id))
    await seerr.becomes(film, RequestStatus.PROCESSING)
    await seerr.owner.call(media.DeclineRequest(id=show.id, reason="no"))
    seerr.clock.advance(7200)
    seerr.overseerr.set_available("movie", FILM)
    await seerr.poll()
    await seerr.becomes(film, RequestStatus.AVAILABLE)

    mine = await statistics(seerr, frida)
    assert (mine.counts.total, mine.counts.available, mine.counts.tv) == (1, 1, 0)
    assert [(t.title, t.requests) for t in mine.most_requested] == [("The Matrix", 1)]
    assert mine.people is None
    wait = mine.time_to_available
    assert wait.count == 1 and wait.median_seconds == wait.p90_seconds
    assert wait.median_seconds is not None and 7200 * 0.97 < wait.median_seconds < 7500 * 1.03

    everybody = await statistics(seerr, seerr.owner)
    assert (everybody.counts.total, everybody.counts.declined, everybody.counts.tv) == (3, 1, 2)
    assert [(t.title, t.requests) for t in everybody.most_requested] == [
        ("Breaking Bad", 2),
        ("The Matrix", 1),
    ]
    assert everybody.people is not None
    assert [(p.user.name, p.total, p.available, p.waiting) for p in everybody.people] == [
        ("Gustav", 2, 0, 1),
        ("Frida", 1, 1, 0),
    ]
    assert len(everybody.months) == 12
    assert (everybody.months[-1].movie + everybody.months[-2].movie, everybody.months[0].movie) == (1, 0)
    assert (await statistics(seerr, seerr.owner, mine=True)).counts.total == 0


async def test_figures_of_whoever_leaves_stay_without_the_name(seerr: Home) -> None:
    frida = await seerr.friend()
    await frida.request()
    await erased(seerr, frida)
    for table in ("request_counts", "request_months", "request_waits"):
        assert await seerr.rows(f"select 1 from {table} where user_id = :id", id=frida.id) == []
    everybody = await statistics(seerr, seerr.owner)
    assert everybody.people is not None
    assert [(p.user.id, p.total) for p in everybody.people] == [(NOBODY, 1)]
    assert sum(month.movie for month in everybody.months) == 1


async def test_kept_figures_are_those_one_would_count(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seed(seerr, [frida, gustav], 300)
    await seerr.change(
        "update requests set status = 'available', "
        " status_since = created_at + make_interval(hours => cast(place as int))"
        " from (select id as rid, row_number() over (order by id) as place from requests) n"
        " where rid = id and status = 'pending'"
    )
    await seerr.change("delete from requests where tmdb_id % 10 = 0")
    for kept, counted in (
        (
            "select user_id, month, media_type, n from request_months where n > 0",
            (
                "select user_id, date_trunc('month', created_at at time zone 'UTC')::date, media_type, count(*)"
                " from requests group by 1, 2, 3"
            ),
        ),
        (
            "select media_type, tmdb_id, n from title_requests where n > 0",
            "select media_type, tmdb_id, count(*) from requests group by 1, 2",
        ),
    ):
        assert sorted(map(str, await seerr.rows(kept))) == sorted(map(str, await seerr.rows(counted)))
    everybody = await statistics(seerr, seerr.owner)
    assert everybody.counts.total == 270
    assert everybody.time_to_available.count > 20


def test_the_last_months_go_over_the_turn_of_the_year() -> None:
    assert last_months(date(2026, 2, 28), 4) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


@pytest.mark.parametrize(
    "waits, median, p90",
    [
        ([], None, None),
        ([(100, 1)], 135, 135),
        ([(0, 8), (100, 1), (200, 1)], 1, 135),
        ([(0, 1), (200, 1)], 1, 17_720),
    ],
)
def test_quantiles_of_waits(waits: list[tuple[int, int]], median: int | None, p90: int | None) -> None:
    found = time_to_available(waits)
    assert (found.median_seconds, found.p90_seconds) == (median, p90)


async def test_what_was_asked_for_is_counted_by_day(seerr: Home) -> None:
    seerr.clock.advance_to_noon()
    frida = await seerr.friend()
    film = await frida.request()
    await frida.request_show(SHOW, seasons=[1])
    old = film.created_at - timedelta(days=40)
    await seerr.change("update requests set created_at = :old where id = :id", old=old, id=film.id)
    days = (await seerr.owner.call(CountRequestsByDay(days=30))).items
    assert (len(days), days[-1].day) == (30, seerr.clock.now().date())
    assert (sum(day.movie for day in days), sum(day.tv for day in days[-2:])) == (0, 1)
    with pytest.raises(RemoteError) as refused:
        await frida.call(CountRequestsByDay())
    assert refused.value.status == 403


async def test_administrators_can_count_their_own_alone(seerr: Home) -> None:
    frida = await seerr.friend()
    await frida.request()
    assert (await seerr.owner.call(media.CountRequests())).total == 1
    assert (await seerr.owner.call(media.CountRequests(mine=True))).total == 0

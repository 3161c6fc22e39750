"""What is asked for, how much, and how long it takes: everybody's for an administrator, one's own otherwise."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media import MediaType, Requester
from medianest_common.contracts.media.statistics import (
    GetRequestStatistics,
    MonthCount,
    PersonCount,
    RequestedTitle,
    RequestStatistics,
    TimeToAvailable,
)
from medianest_media.app import MediaApp
from medianest_media.repository import read_counts
from medianest_media.repository.statistics import (
    read_months,
    read_most_requested,
    read_waits,
    read_who_asks_most,
)
from medianest_media.titles import poster_url
from medianest_media.use_cases.count_requests import to_counts

_MONTHS = 12
_TITLES = 10
_PEOPLE = 20
_STEP = 1.05
_FRESH_SECONDS = 15.0
_STALE_SECONDS = 600.0


async def get_statistics(app: MediaApp, query: GetRequestStatistics) -> Raw:
    """Everybody's are worked out at most every quarter of a minute, whoever asks."""
    caller = require_caller()
    if not caller.is_admin or query.mine:
        return Raw(await _worked_out(app, caller.user_id))
    body = await app.cache.get_or_load(
        "statistics", lambda: _worked_out(app, None), ttl=_FRESH_SECONDS, stale=_STALE_SECONDS
    )
    return Raw(body)


async def _worked_out(app: MediaApp, owner: UUID | None) -> bytes:
    months = last_months(app.clock.now().date(), _MONTHS)
    async with app.db.read() as connection:
        counts = await read_counts(connection, user_id=owner)
        by_month = await read_months(connection, owner=owner, since=months[0])
        waits = await read_waits(connection, owner=owner)
        titles = await read_most_requested(connection, owner=owner, rows=_TITLES)
        people = await read_who_asks_most(connection, rows=_PEOPLE) if owner is None else None
    numbers = Counter({(month, kind): n for month, kind, n in by_month})
    statistics = RequestStatistics(
        counts=to_counts(counts),
        months=[
            MonthCount(
                month=f"{month:%Y-%m}",
                movie=numbers[month, MediaType.MOVIE],
                tv=numbers[month, MediaType.TV],
            )
            for month in months
        ],
        time_to_available=time_to_available(waits),
        most_requested=[
            RequestedTitle(
                media_type=MediaType(row.media_type),
                tmdb_id=row.tmdb_id,
                title=row.title,
                year=row.year,
                poster_url=poster_url(row.poster_path),
                requests=row.n,
            )
            for row in titles
        ],
        people=None
        if people is None
        else [
            PersonCount(
                user=Requester(id=row.id, name=row.name),
                total=row.total,
                available=row.available,
                waiting=row.waiting,
            )
            for row in people
        ],
    )
    return statistics.model_dump_json().encode()


def last_months(today: date, number: int) -> list[date]:
    """The first days of the last months with the present one, oldest first."""
    months = [today.replace(day=1)]
    while len(months) < number:
        first = months[-1]
        before = (first.year - 1, 12) if first.month == 1 else (first.year, first.month - 1)
        months.append(date(*before, 1))
    return months[::-1]


def time_to_available(waits: Sequence[tuple[int, int]]) -> TimeToAvailable:
    """`waits` are steps and their numbers, shortest first; a step stands for its middle."""
    count = sum(n for _, n in waits)
    return TimeToAvailable(
        count=count, median_seconds=_quantile(waits, count, 0.5), p90_seconds=_quantile(waits, count, 0.9)
    )


def _quantile(waits: Sequence[tuple[int, int]], count: int, part: float) -> int | None:
    if count <= 0:
        return None
    reached = 0
    for step, n in waits:
        reached += n
        if reached >= part * count:
            return round(math.pow(_STEP, step + 0.5))
    return None

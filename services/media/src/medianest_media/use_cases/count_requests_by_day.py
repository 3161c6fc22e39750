"""How much was asked for on each of the last days."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.statistics import CountRequestsByDay, DayOfRequests, RequestDays
from medianest_media.app import MediaApp

# Ids follow the time of their making, and nothing is made before it was asked for: so older rows are not looked at.
_DAYS = text("""
    select (created_at at time zone 'UTC')::date as day, media_type, count(*) as n
    from requests where id >= :lowest and created_at >= :since group by 1, 2
""")
_BITS_BELOW_THE_TIME = 80


async def count_requests_by_day(app: MediaApp, query: CountRequestsByDay) -> RequestDays:
    require(Permission.DECIDE_REQUESTS)
    first = app.clock.now().astimezone(UTC).date() - timedelta(days=query.days - 1)
    since = datetime.combine(first, time.min, UTC)
    lowest = UUID(int=int(since.timestamp() * 1000) << _BITS_BELOW_THE_TIME)
    async with app.db.read() as connection:
        rows = await connection.execute(_DAYS, {"lowest": lowest, "since": since})
        numbers = Counter[tuple[date, str]]({(row.day, row.media_type): row.n for row in rows})
    days = [first + timedelta(days=n) for n in range(query.days)]
    return RequestDays(
        items=[
            DayOfRequests(day=day, movie=numbers[day, MediaType.MOVIE], tv=numbers[day, MediaType.TV])
            for day in days
        ]
    )

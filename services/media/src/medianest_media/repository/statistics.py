"""Figures that triggers keep. Nothing here looks at more than a handful of rows for each person."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.media import MediaType
from medianest_media.models import Month, Wait

_WELL_KNOWN = """
    select r.media_type, r.tmdb_id, r.n, t.title, t.year, t.poster_path from (
        select media_type, tmdb_id, n from title_requests where n > 0 order by n desc, tmdb_id, media_type limit :rows
    ) r
"""
# Of the last five hundred, so that somebody with very many does not wait for longer.
_OWN = """
    select r.media_type, r.tmdb_id, r.n, t.title, t.year, t.poster_path from (
        select media_type, tmdb_id, count(*) as n
        from (select * from requests where user_id = :owner order by id desc limit 500) q
        group by media_type, tmdb_id order by n desc, tmdb_id, media_type limit :rows
    ) r
"""
_NAMED = """
    left join lateral (
        select title, year, poster_path from requests q
        where q.tmdb_id = r.tmdb_id and q.media_type = r.media_type order by q.title_known desc, q.id desc limit 1
    ) t on true
    order by r.n desc, r.tmdb_id, r.media_type
"""
_PEOPLE = text("""
    select p.id, p.name, c.total, c.available, c.waiting from (
        select user_id, sum(n)::bigint as total,
            coalesce(sum(n) filter (where status = 'available'), 0)::bigint as available,
            coalesce(sum(n) filter (where status not in ('available', 'declined', 'cancelled')), 0)::bigint as waiting
        from request_counts group by user_id having sum(n) > 0 order by total desc, user_id limit :rows
    ) c join people p on p.id = c.user_id
    order by c.total desc, p.id
""")


async def read_months(
    connection: AsyncConnection, *, owner: UUID | None, since: date
) -> Sequence[tuple[date, MediaType, int]]:
    statement = (
        select(Month.month, Month.media_type, func.sum(Month.n))
        .where(Month.month >= since)
        .group_by(Month.month, Month.media_type)
    )
    if owner is not None:
        statement = statement.where(Month.user_id == owner)
    return [(month, MediaType(kind), int(n)) for month, kind, n in await connection.execute(statement)]


async def read_waits(connection: AsyncConnection, *, owner: UUID | None) -> Sequence[tuple[int, int]]:
    """Steps and how many requests took so long, shortest first."""
    statement = select(Wait.step, func.sum(Wait.n)).group_by(Wait.step).order_by(Wait.step)
    if owner is not None:
        statement = statement.where(Wait.user_id == owner)
    return [(step, int(n)) for step, n in await connection.execute(statement)]


async def read_most_requested(
    connection: AsyncConnection, *, owner: UUID | None, rows: int
) -> Sequence[Row[tuple[str, int, int, str, int | None, str | None]]]:
    statement = text((_WELL_KNOWN if owner is None else _OWN) + _NAMED)
    values = {"rows": rows} if owner is None else {"rows": rows, "owner": owner}
    return (await connection.execute(statement, values)).all()


async def read_who_asks_most(
    connection: AsyncConnection, *, rows: int
) -> Sequence[Row[tuple[UUID, str, int, int, int]]]:
    return (await connection.execute(_PEOPLE, {"rows": rows})).all()

"""Reads that need no transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import Database
from medianest_media.models import Claim, Count, Request, SeenTitle
from medianest_media.quotas import Usage
from medianest_media.states import OVER


async def read_seen(
    connection: AsyncConnection, media_type: MediaType, tmdb_id: int
) -> Row[str, int | None, str | None, list[int] | None] | None:
    """Title, year, poster_path and seasons of a title that was seen before."""
    statement = select(SeenTitle.title, SeenTitle.year, SeenTitle.poster_path, SeenTitle.seasons).where(
        SeenTitle.tmdb_id == tmdb_id, SeenTitle.media_type == media_type
    )
    return (await connection.execute(statement)).one_or_none()


async def read_usage(
    session: AsyncSession | AsyncConnection, user_id: UUID, media_type: MediaType, *, since: datetime
) -> Usage:
    """Films, or seasons of shows, that were asked for and neither declined nor cancelled.

    What was edited to be more counts from then on, so that nobody asks for little, waits, and makes it much.
    """
    counted_at = func.coalesce(Request.counted_at, Request.created_at)
    each = func.greatest(1, func.cardinality(Request.seasons)) if media_type is MediaType.TV else 1
    statement = select(func.coalesce(func.sum(each), 0), func.min(counted_at)).where(
        Request.user_id == user_id,
        Request.media_type == media_type,
        Request.updated_at > since,  # never before it counts, and indexed
        counted_at > since,
        Request.uses_quota,
        Request.status.not_in(OVER),
    )
    used, oldest = (await session.execute(statement)).one()
    return Usage(used=int(used), oldest=oldest)


async def read_counts(connection: AsyncConnection, *, user_id: UUID | None) -> Sequence[tuple[str, str, int]]:
    """Rows of media type, status and number; everybody's without a user."""
    statement = select(Count.media_type, Count.status, func.sum(Count.n)).group_by(
        Count.media_type, Count.status
    )
    if user_id is not None:
        statement = statement.where(Count.user_id == user_id)
    return [(str(kind), str(status), int(n)) for kind, status, n in await connection.execute(statement)]


async def read_claimed(
    connection: AsyncConnection, titles: Iterable[tuple[MediaType, int]]
) -> set[tuple[MediaType, int]]:
    """Which of these titles somebody here waits for, not in 4K."""
    keys = list(titles)
    if not keys:
        return set()
    statement = (
        select(Claim.media_type, Claim.tmdb_id)
        .join(Request, Request.id == Claim.request_id)
        .where(tuple_(Claim.media_type, Claim.tmdb_id).in_(keys), Claim.is_4k.is_(False))
        .where(Request.status != RequestStatus.AVAILABLE)
    )
    return {(MediaType(kind), tmdb_id) for kind, tmdb_id in await connection.execute(statement)}


async def read_other_twins(
    db: Database, request: Request, *, backend: str, status: RequestStatus | None = None
) -> set[int]:
    """This backend's ids of our other requests for the same title."""
    statement = select(Request.backend_id).where(
        Request.tmdb_id == request.tmdb_id,
        Request.media_type == request.media_type,
        Request.id != request.id,
        Request.backend == backend,
        Request.backend_id.is_not(None),
    )
    if status is not None:
        statement = statement.where(Request.status == status)
    async with db.read() as connection:
        return {found for found in (await connection.execute(statement)).scalars() if found is not None}


async def read_twins(
    connection: AsyncConnection, media_type: MediaType, tmdb_id: int, *, backend: str
) -> set[int]:
    """This backend's ids of our own requests for a title."""
    statement = select(Request.backend_id).where(
        Request.tmdb_id == tmdb_id,
        Request.media_type == media_type,
        Request.backend == backend,
        Request.backend_id.is_not(None),
    )
    return {found for found in (await connection.execute(statement)).scalars() if found is not None}

"""Reads and writes of the media service that have a meaning of their own."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, case, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import Database, Repository
from medianest_media.errors import BeingSent
from medianest_media.mapping import REQUEST_WITH_HISTORY
from medianest_media.models import EVERY_SEASON, Claim, Count, Person, Request, SeenTitle
from medianest_media.quotas import Usage
from medianest_media.states import OVER

_MOST_DOUBLINGS = 6

_SHOWN = text(
    f"select {REQUEST_WITH_HISTORY}::text"  # noqa: S608
    " from requests r join people p on p.id = r.user_id where r.id = :id"
)


class Requests(Repository[Request]):
    model = Request

    async def shown(self, request_id: UUID) -> bytes:
        """As JSON, with what this transaction has changed."""
        await self.session.flush()
        shown: str = (await self.session.execute(_SHOWN, {"id": request_id})).scalar_one()
        return shown.encode()

    async def alone_with(self, request: Request) -> None:
        """Until this transaction ends, nobody else exchanges words with the backend about this title.

        That makes looking and then acting one step, and reports are taken over in the order in which they were read.
        Raises `BeingSent` where somebody else is at it. `request` is what the database has now.
        """
        key = f"{request.media_type} {request.tmdb_id} {request.is_4k}"
        lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(key, 0)))
        if not (await self.session.execute(lock)).scalar_one():
            raise BeingSent("Another worker is at this title.", retry_after=1)
        await self.session.refresh(request)

    async def held_back(self, user_id: UUID) -> Sequence[Request]:
        """Pending requests that were not filed, since the backend had no user for the person."""
        return await self.list(
            Request.user_id == user_id,
            Request.status == RequestStatus.PENDING,
            Request.in_line.is_(True),
            Request.backend_id.is_(None),
        )

    async def lock(self, request: Request) -> None:
        """What the database has now, and nobody changes it until this transaction ends."""
        await self.session.refresh(request, with_for_update=True)

    async def usage(self, user_id: UUID, media_type: MediaType, *, since: datetime) -> Usage:
        return await read_usage(self.session, user_id, media_type, since=since)

    async def owed(self, *, now: datetime, untried_for: timedelta, limit: int) -> Sequence[UUID]:
        """Requests the backend has not been told of as they stand, and that nobody has tried for so long to tell of.

        For a request that was taken up again in vain it is twice as long each time.
        """
        patience = untried_for * func.pow(2, func.least(Request.resumes, _MOST_DOUBLINGS))
        statement = (
            select(Request.id)
            .where(
                Request.in_line.is_(False),
                Request.attempted_at < literal(now, DateTime(timezone=True)) - patience,
            )
            .order_by(Request.attempted_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def resumed(self, ids: Sequence[UUID], *, at: datetime) -> None:
        changes = {"attempted_at": at, "resumes": Request.resumes + 1}
        await self.session.execute(update(Request).where(Request.id.in_(ids)).values(changes))

    async def waits(self, request_id: UUID, *, reason: str, at: datetime) -> None:
        """Say why the backend could not be told, unless it has been in the meantime."""
        statement = (
            update(Request)
            .where(Request.id == request_id, Request.in_line.is_(False))
            .values(waiting_reason=reason, attempted_at=at)
        )
        await self.session.execute(statement)


class Claims(Repository[Claim]):
    model = Claim

    async def stake(self, request: Request, seasons: Iterable[int]) -> list[int]:
        """Claim these for the request; returns those that nobody else had. Rivals wait for each other here."""
        rows = [
            {
                "tmdb_id": request.tmdb_id,
                "media_type": request.media_type,
                "is_4k": request.is_4k,
                "season": season,
                "request_id": request.id,
            }
            for season in sorted(seasons)
        ]
        statement = upsert(Claim).values(rows).on_conflict_do_nothing().returning(Claim.season)
        return sorted((await self.session.execute(statement)).scalars())

    async def take_over(self, request: Request, seasons: Iterable[int]) -> list[int]:
        """Claims of requests that were fulfilled, for what has left the library since."""
        fulfilled = select(Request.id).where(
            Request.tmdb_id == request.tmdb_id,
            Request.media_type == request.media_type,
            Request.status == RequestStatus.AVAILABLE,
        )
        statement = (
            update(Claim)
            .where(
                Claim.tmdb_id == request.tmdb_id,
                Claim.media_type == request.media_type,
                Claim.is_4k == request.is_4k,
                Claim.season.in_(list(seasons)),
                Claim.request_id.in_(fulfilled),
            )
            .values(request_id=request.id)
            .returning(Claim.season)
        )
        return list((await self.session.execute(statement)).scalars())

    async def holder(self, request: Request, seasons: Iterable[int] | None) -> Request | None:
        """The first request that has one of these seasons, or any where none are named."""
        statement = (
            select(Request)
            .join(Claim, Claim.request_id == Request.id)
            .where(
                Claim.tmdb_id == request.tmdb_id,
                Claim.media_type == request.media_type,
                Claim.is_4k == request.is_4k,
            )
            .order_by(Claim.season)
            .limit(1)
        )
        if seasons is not None:
            statement = statement.where(Claim.season.in_([EVERY_SEASON, *seasons]))
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def of_title(self, media_type: MediaType, tmdb_id: int, *, is_4k: bool) -> set[int]:
        statement = select(Claim.season).where(
            Claim.tmdb_id == tmdb_id, Claim.media_type == media_type, Claim.is_4k == is_4k
        )
        return set((await self.session.execute(statement)).scalars())

    async def release(self, request: Request, seasons: Iterable[int] | None = None) -> None:
        condition = [Claim.request_id == request.id]
        if seasons is not None:
            condition.append(Claim.season.in_(list(seasons)))
        await self.delete(*condition)


class People(Repository[Person]):
    model = Person

    async def in_turn(self, caller: Caller) -> Person:
        """The caller's row, locked: of two requests by one person at the same moment the second waits here.

        A caller of whom the auth service has not told us yet is remembered as the gateway knows them.
        """
        made = upsert(Person).values(id=caller.user_id, name=caller.name, role=caller.role.value, version=0)
        statement = made.on_conflict_do_update(index_elements=["id"], set_={"role": made.excluded.role})
        return (await self.session.execute(statement.returning(Person))).scalar_one()

    async def learn(self, change: UserChange) -> None:
        """Unless something newer is known. Another Plex account is another user of the backend."""
        made = upsert(Person).values(
            id=change.user_id,
            name=change.name,
            email=change.email,
            role=change.role.value,
            plex_id=change.plex_id,
            version=change.version,
        )
        same = Person.plex_id.is_not_distinct_from(made.excluded.plex_id)
        changes: dict[str, Any] = {
            name: made.excluded[name] for name in ("name", "email", "role", "plex_id", "version")
        }
        changes["backend_user_id"] = case((same, Person.backend_user_id), else_=None)
        newer = Person.version < made.excluded.version
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer)
        )


class SeenTitles(Repository[SeenTitle]):
    model = SeenTitle

    async def remember(self, rows: Sequence[dict[str, Any]]) -> None:
        """What a list says never erases the seasons that a title's own page has told."""
        if not rows:
            return
        distinct = {(row["tmdb_id"], row["media_type"]): row for row in rows}
        made = upsert(SeenTitle).values([distinct[key] for key in sorted(distinct)])
        changes: dict[str, Any] = {
            name: made.excluded[name] for name in ("title", "year", "poster_path", "seen_at")
        }
        changes["seasons"] = func.coalesce(made.excluded.seasons, SeenTitle.seasons)
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["tmdb_id", "media_type"], set_=changes)
        )


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
    """Films, or seasons of shows, that were asked for and neither declined nor cancelled."""
    each = func.greatest(1, func.cardinality(Request.seasons)) if media_type is MediaType.TV else 1
    statement = select(func.coalesce(func.sum(each), 0), func.min(Request.created_at)).where(
        Request.user_id == user_id,
        Request.media_type == media_type,
        Request.updated_at > since,  # never before its creation, and indexed
        Request.created_at > since,
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
    db: Database, request: Request, *, status: RequestStatus | None = None
) -> set[int]:
    """The backend's ids of our other requests for the same title."""
    statement = select(Request.backend_id).where(
        Request.tmdb_id == request.tmdb_id,
        Request.media_type == request.media_type,
        Request.id != request.id,
        Request.backend_id.is_not(None),
    )
    if status is not None:
        statement = statement.where(Request.status == status)
    async with db.read() as connection:
        return {found for found in (await connection.execute(statement)).scalars() if found is not None}


async def read_twins(connection: AsyncConnection, media_type: MediaType, tmdb_id: int) -> set[int]:
    """The backend's ids of our own requests for a title."""
    statement = select(Request.backend_id).where(
        Request.tmdb_id == tmdb_id, Request.media_type == media_type, Request.backend_id.is_not(None)
    )
    return {found for found in (await connection.execute(statement)).scalars() if found is not None}

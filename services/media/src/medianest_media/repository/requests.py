"""Requests as rows, and who may talk with the backend about one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, func, literal, select, text, update

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import Repository
from medianest_media.errors import BeingSent
from medianest_media.mapping import REQUEST_WITH_HISTORY
from medianest_media.models import Request
from medianest_media.quotas import Usage
from medianest_media.repository.reading import read_usage

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

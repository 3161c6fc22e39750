"""Issues and comments as rows, how they are shown, and who may talk with the backend about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, func, literal, or_, select, text, update

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import IssueStatus
from medianest_common.db import Repository
from medianest_media.errors import BeingSent
from medianest_media.issue_views import ISSUE_WITH_COMMENTS
from medianest_media.models import Issue, IssueComment

_MOST_DOUBLINGS = 6

_SHOWN = text(
    f"select {ISSUE_WITH_COMMENTS}::text"  # noqa: S608
    " from issues i left join people p on p.id = i.user_id where i.id = :id"
)


class Issues(Repository[Issue]):
    model = Issue

    async def shown(self, issue_id: UUID) -> bytes:
        """As JSON, with what this transaction has changed."""
        await self.session.flush()
        shown: str = (await self.session.execute(_SHOWN, {"id": issue_id})).scalar_one()
        return shown.encode()

    async def alone_with(self, media_type: MediaType, tmdb_id: int) -> None:
        """Until this transaction ends, nobody else exchanges words with the backend about this title's issues.

        Raises `BeingSent` where somebody else is at it.
        """
        lock = select(
            func.pg_try_advisory_xact_lock(func.hashtextextended(f"issues {media_type} {tmdb_id}", 0))
        )
        if not (await self.session.execute(lock)).scalar_one():
            raise BeingSent("Another worker is at this title's issues.", retry_after=1)

    async def of_title(self, media_type: MediaType, tmdb_id: int) -> Sequence[Issue]:
        return await self.list(Issue.media_type == media_type, Issue.tmdb_id == tmdb_id)

    async def written_since(self, user_id: UUID, since: datetime) -> int:
        return await self.count(Issue.user_id == user_id, Issue.created_at > since)

    async def owed(self, *, now: datetime, untried_for: timedelta, limit: int) -> Sequence[UUID]:
        """Issues Overseerr has not been told of as they stand, and that nobody has tried for so long to tell of."""
        patience = untried_for * func.pow(2, func.least(Issue.resumes, _MOST_DOUBLINGS))
        statement = (
            select(Issue.id)
            .where(
                Issue.in_line.is_(False),
                Issue.attempted_at < literal(now, DateTime(timezone=True)) - patience,
            )
            .order_by(Issue.attempted_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def forget_removed(self, *, before: datetime) -> None:
        """Those of which Overseerr has nothing any more, or never had."""
        known_nowhere = or_(Issue.in_line.is_(True), Issue.backend_id.is_(None))
        await self.delete(Issue.removed.is_(True), known_nowhere, Issue.updated_at < before)

    async def resumed(self, ids: Sequence[UUID], *, at: datetime) -> None:
        changes = {"attempted_at": at, "resumes": Issue.resumes + 1}
        await self.session.execute(update(Issue).where(Issue.id.in_(ids)).values(changes))

    async def waits(self, issue_id: UUID, *, reason: str, at: datetime) -> None:
        """Say why Overseerr could not be told, unless it has been in the meantime."""
        statement = update(Issue).where(Issue.id == issue_id, Issue.in_line.is_(False))
        await self.session.execute(statement.values(waiting_reason=reason, attempted_at=at))

    async def due(self, *, before: datetime, limit: int) -> Sequence[tuple[MediaType, int]]:
        """Titles with an open issue in Overseerr that has not been looked at for long, longest first."""
        statement = (
            select(Issue.media_type, Issue.tmdb_id)
            .where(
                Issue.status == IssueStatus.OPEN,
                Issue.backend_id.is_not(None),
                Issue.in_line,
                Issue.checked_at < before,
            )
            .order_by(Issue.checked_at)
            .limit(limit)
        )
        rows = await self.session.execute(statement)
        return list(dict.fromkeys((MediaType(kind), tmdb_id) for kind, tmdb_id in rows))


class IssueComments(Repository[IssueComment]):
    model = IssueComment

    async def of(self, issue: Issue) -> Sequence[IssueComment]:
        statement = self.select().where(IssueComment.issue_id == issue.id).order_by(IssueComment.id)
        return (await self.session.scalars(statement)).all()

    async def written_since(self, user_id: UUID, since: datetime) -> int:
        return await self.count(IssueComment.user_id == user_id, IssueComment.created_at > since)

"""Errors of browsers, grouped: never more than `MOST_GROUPS`, whatever is reported."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, RowMapping, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.clock import uuid7
from medianest_common.db import Repository
from medianest_common.db.repository import after
from medianest_health.models import ErrorGroup
from medianest_health.reported import Reported

MOST_GROUPS = 500

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(7316, hashtext('error_groups'))")
# The resolved go first, then those seen once, so that a flood of them does not wash away what happens again and again.
_MAKE_ROOM = text("""
    delete from error_groups where id in (
        select id from error_groups where id <> :kept
        order by (resolved_at is null), (count > 1), last_seen_at, id
        limit greatest(0, (select count(*) from error_groups) - :most)
    )
""")


class ErrorGroups(Repository[ErrorGroup]):
    model = ErrorGroup

    async def count_one(self, reported: Reported, *, at: datetime) -> None:
        """One more of a group that is there, or the first of a new one. What was resolved is not any more."""
        seen = {"page": reported.page, "browser": reported.browser, "release": reported.release}
        statement = upsert(ErrorGroup).values(
            id=uuid7(),
            fingerprint=reported.fingerprint,
            kind=reported.kind,
            message=reported.message,
            stack=reported.stack,
            count=1,
            first_seen_at=at,
            last_seen_at=at,
            **seen,
        )
        counted = await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[ErrorGroup.fingerprint],
                set_={**seen, "count": ErrorGroup.count + 1, "last_seen_at": at, "resolved_at": None},
            ).returning(ErrorGroup.id, literal_column("xmax = 0", Boolean()))
        )
        group_id, is_new = counted.one()
        if is_new:
            await self.session.execute(_ONE_AT_A_TIME)
            await self.session.execute(_MAKE_ROOM, {"kept": group_id, "most": MOST_GROUPS})

    async def resolve(self, group_id: UUID, *, at: datetime) -> RowMapping | None:
        """The group as it is then; resolved twice it stays resolved as of the first time."""
        await self.session.execute(
            update(ErrorGroup)
            .where(ErrorGroup.id == group_id, ErrorGroup.resolved_at.is_(None))
            .values(resolved_at=at)
        )
        found = await self.session.execute(_ALL.where(ErrorGroup.id == group_id))
        return found.mappings().one_or_none()

    async def forget(self, *, before: datetime) -> None:
        await self.delete(ErrorGroup.last_seen_at < before)


_ALL = select(*(column for column in ErrorGroup.__table__.columns if column.name != "fingerprint"))


async def one_error(connection: AsyncConnection, group_id: UUID) -> RowMapping | None:
    return (await connection.execute(_ALL.where(ErrorGroup.id == group_id))).mappings().one_or_none()


async def errors_page(
    connection: AsyncConnection,
    *,
    q: str | None,
    resolved: bool | None,
    reached: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Those seen last come first, those after `reached`."""
    statement = _ALL
    if q is not None:
        columns = (ErrorGroup.kind, ErrorGroup.message, ErrorGroup.page)
        statement = statement.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    if resolved is not None:
        is_resolved = ErrorGroup.resolved_at.is_not(None)
        statement = statement.where(is_resolved if resolved else ~is_resolved)
    if reached is not None:
        key = [ErrorGroup.last_seen_at, ErrorGroup.id]
        statement = statement.where(after(key, reached, descending=True))
    statement = statement.order_by(ErrorGroup.last_seen_at.desc(), ErrorGroup.id.desc()).limit(limit)
    return (await connection.execute(statement)).mappings().all()

"""What one person may still begin: so many within an hour, and so much of the disk."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.identity import Role
from medianest_common.errors import Forbidden
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Batch, Download, Person
from medianest_youtube.states import STORED, TO_COME

WINDOW = timedelta(hours=1)
_ADMINS = (Role.OWNER, Role.ADMIN)
_COUNTED = [*STORED, *TO_COME]


class QuotaExceeded(Forbidden):
    """`quota` says which: `hour`, with `resetsAt`, or `bytes`."""

    title = "The quota is used up"


class Allowance(NamedTuple):
    """None is no limit."""

    per_hour: int | None
    size: int | None


class Used(NamedTuple):
    in_hour: int
    next_freed_at: datetime | None
    """When the oldest of them does not count any more."""
    size: int


def allowance(app: YoutubeApp, person: Person) -> Allowance:
    """What an administrator has laid down for them, or else what holds for everybody; 0 there is no limit."""
    limited = person.role not in _ADMINS
    settings = app.settings
    per_hour = (settings.youtube_downloads_per_hour or None) if limited else None
    size = (settings.youtube_bytes_per_person or None) if limited else None
    return Allowance(
        person.limit_per_hour if person.limit_per_hour is not None else per_hour,
        person.limit_bytes if person.limit_bytes is not None else size,
    )


async def used(session: AsyncSession, user_id: UUID, *, now: datetime) -> Used:
    since = now - WINDOW
    videos = select(Download.counted_at.label("at")).where(
        Download.user_id == user_id, Download.counted_at > since
    )
    lists = select(Batch.created_at.label("at")).where(Batch.user_id == user_id, Batch.created_at > since)
    counted = videos.union_all(lists).subquery()
    in_hour, oldest = (
        await session.execute(select(func.count(), func.min(counted.c.at)).select_from(counted))
    ).one()
    size = (
        select(func.coalesce(func.sum(Asset.size), 0))
        .join(Download, Download.asset_id == Asset.id)
        .where(
            Download.user_id == user_id,
            Download.ended_at.is_(None),
            Asset.status.in_(_COUNTED),
        )
    )
    taken = int((await session.execute(size)).scalar_one() or 0)
    return Used(in_hour, oldest + WINDOW if oldest else None, taken)


async def demand_quota(
    app: YoutubeApp, session: AsyncSession, person: Person, *, more_bytes: int = 0
) -> None:
    """The person's row has to be locked, or two at once pass. Raises `QuotaExceeded`."""
    allowed, now = allowance(app, person), app.clock.now()
    if allowed.per_hour is None and allowed.size is None:
        return
    taken = await used(session, person.id, now=now)
    if allowed.per_hour is not None and taken.in_hour >= allowed.per_hour:
        raise _hour_is_full(allowed.per_hour, taken, now=now)
    if allowed.size is not None and taken.size + more_bytes >= max(allowed.size, 1):
        raise QuotaExceeded(
            "What you have asked for fills your share of the disk. Remove what you do not watch any more, "
            "or ask an administrator for more.",
            quota="bytes",
            limit=allowed.size,
            used=taken.size,
        )


def _hour_is_full(limit: int, taken: Used, *, now: datetime) -> QuotaExceeded:
    if limit == 0 or taken.next_freed_at is None:
        return QuotaExceeded(
            "An administrator has not allowed you any downloads. Ask them for some.",
            quota="hour",
            limit=limit,
            used=taken.in_hour,
        )
    return QuotaExceeded(
        f"You may begin {limit} downloads within an hour, and have. A playlist or channel counts as one. "
        "What others have asked for already costs nothing.",
        quota="hour",
        limit=limit,
        used=taken.in_hour,
        resetsAt=taken.next_freed_at.isoformat().replace("+00:00", "Z"),
        retry_after=max((taken.next_freed_at - now).total_seconds(), 1.0),
    )

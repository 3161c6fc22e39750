"""What somebody may still begin, and how much room there is."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.bus import require, require_caller
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube.queue import (
    DownloadQuota,
    GetPersonDownloadQuota,
    PersonDownloadQuota,
    SetDownloadLimits,
)
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_youtube.app import YoutubeApp
from medianest_youtube.auditing import decided
from medianest_youtube.disk import free_space
from medianest_youtube.models import Person
from medianest_youtube.quotas import allowance, used
from medianest_youtube.repository.people import People


async def get_download_quota(app: YoutubeApp) -> DownloadQuota:
    caller = require_caller()
    free = await free_space(app.folder)
    async with app.db.transaction() as tx:
        person = await People(tx.session).in_turn(caller)
        return await _quota_of(app, tx.session, person, free=free)


async def get_person_quota(app: YoutubeApp, query: GetPersonDownloadQuota) -> PersonDownloadQuota:
    require(Permission.MANAGE_DOWNLOADS)
    free = await free_space(app.folder)
    async with app.db.transaction() as tx:
        return await _shown(app, tx.session, await _person(tx, query.user_id), free=free)


async def set_download_limits(app: YoutubeApp, command: SetDownloadLimits) -> PersonDownloadQuota:
    """Behind the downloads that this person begins, so that none slips through by what held before."""
    require(Permission.MANAGE_DOWNLOADS)
    free = await free_space(app.folder)
    async with app.db.transaction() as tx:
        person = await _person(tx, command.user_id, lock=True)
        person.limit_per_hour, person.limit_bytes = command.limit_per_hour, command.limit_bytes
        await tx.session.flush()
        decided(tx, "download_quota_change", f"user:{person.id}")
        return await _shown(app, tx.session, person, free=free)


async def _person(tx: Transaction, user_id: UUID, *, lock: bool = False) -> Person:
    person = await People(tx.session).get(user_id, lock=lock)
    if person is None or person.erased_at is not None or not person.name:
        raise NotFound("There is no such person.")
    return person


async def _shown(app: YoutubeApp, session: AsyncSession, person: Person, *, free: int) -> PersonDownloadQuota:
    return PersonDownloadQuota(
        user_id=person.id,
        name=person.name,
        limit_per_hour=person.limit_per_hour,
        limit_bytes=person.limit_bytes,
        quota=await _quota_of(app, session, person, free=free),
    )


async def _quota_of(app: YoutubeApp, session: AsyncSession, person: Person, *, free: int) -> DownloadQuota:
    allowed = allowance(app, person)
    taken = await used(session, person.id, now=app.clock.now())
    return DownloadQuota(
        limit_per_hour=allowed.per_hour,
        used_in_hour=taken.in_hour,
        remaining=None if allowed.per_hour is None else max(allowed.per_hour - taken.in_hour, 0),
        resets_at=taken.next_freed_at,
        limit_bytes=allowed.size,
        used_bytes=taken.size,
        disk_free=free,
        disk_reserve=app.settings.youtube_disk_reserve,
    )

"""What the caller may still ask for."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.bus import require_caller
from medianest_common.contracts.media import MediaType, Quota, QuotaState
from medianest_media.app import MediaApp
from medianest_media.quotas import allowance, quota_state
from medianest_media.repository import read_own_quota, read_usage


async def get_quota(app: MediaApp) -> Quota:
    caller = require_caller()
    async with app.db.read() as connection:
        return await quota_of(app, connection, caller.user_id, role=caller.role)


async def quota_of(
    app: MediaApp, session: AsyncConnection | AsyncSession, user_id: UUID, *, role: str
) -> Quota:
    own = await read_own_quota(session, user_id)
    states: dict[MediaType, QuotaState] = {}
    for media_type in MediaType:
        allowed = allowance(app.settings, media_type, role, own)
        usage = await read_usage(session, user_id, media_type, since=allowed.since(app.clock.now()))
        states[media_type] = quota_state(allowed, usage)
    return Quota(movie=states[MediaType.MOVIE], tv=states[MediaType.TV])

"""What the caller may still ask for."""

from medianest_common.bus import require_caller
from medianest_common.contracts.media import MediaType, Quota, QuotaState
from medianest_media.app import MediaApp
from medianest_media.quotas import allowance, quota_state
from medianest_media.repository import read_usage


async def get_quota(app: MediaApp) -> Quota:
    caller = require_caller()
    states: dict[MediaType, QuotaState] = {}
    async with app.db.read() as connection:
        for media_type in MediaType:
            allowed = allowance(app.settings, media_type, caller.role)
            since = allowed.since(app.clock.now())
            usage = await read_usage(connection, caller.user_id, media_type, since=since)
            states[media_type] = quota_state(allowed, usage)
    return Quota(movie=states[MediaType.MOVIE], tv=states[MediaType.TV])

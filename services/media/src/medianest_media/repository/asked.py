"""What has been asked for of many titles at once."""

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.media import Availability, RequestStatus
from medianest_media.holdings import closer
from medianest_media.models import Claim, Request
from medianest_media.repository.library import TitleKey

_AS_AVAILABILITY = {
    RequestStatus.PROCESSING: Availability.PROCESSING,
    RequestStatus.PARTIALLY_AVAILABLE: Availability.PARTIALLY_AVAILABLE,
}


async def read_asked(connection: AsyncConnection, titles: Iterable[TitleKey]) -> dict[TitleKey, Availability]:
    """How far those of these are that somebody waits for, in one question. What was fulfilled the library knows."""
    keys = list(dict.fromkeys(titles))
    if not keys:
        return {}
    statement = (
        select(Claim.media_type, Claim.tmdb_id, Request.status)
        .distinct()
        .join(Request, Request.id == Claim.request_id)
        .where(
            tuple_(Claim.media_type, Claim.tmdb_id).in_(keys),
            Claim.is_4k.is_(False),
            Request.status != RequestStatus.AVAILABLE,
        )
    )
    asked: dict[TitleKey, Availability] = {}
    for row in await connection.execute(statement):
        key = (row.media_type, row.tmdb_id)
        state = _AS_AVAILABILITY.get(row.status, Availability.REQUESTED)
        asked[key] = closer(asked.get(key, Availability.NONE), state)
    return asked

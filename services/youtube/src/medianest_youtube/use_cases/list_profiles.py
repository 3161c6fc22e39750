"""How things can be downloaded, by name."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube.profiles import Profile, ProfileChoices, ProfileList
from medianest_youtube import models
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset
from medianest_youtube.states import STORED


async def list_profiles(app: YoutubeApp) -> ProfileList:
    require_caller()
    return ProfileList(items=await shown_profiles(app))


async def shown_profiles(app: YoutubeApp, *, only: UUID | None = None) -> list[Profile]:
    """The default one first, the others by name."""
    async with app.db.read() as connection:
        return await _read(connection, only)


async def _read(connection: AsyncConnection, profile_id: UUID | None) -> list[Profile]:
    p = models.Profile
    videos = (
        select(func.count()).where(Asset.profile_id == p.id, Asset.status.in_(list(STORED))).scalar_subquery()
    )
    statement = (
        select(p.id, p.name, p.is_default, p.choices, p.updated_at, videos.label("downloads"))
        .where(p.name.is_not(None), p.deleted_at.is_(None))
        .order_by(p.is_default.desc(), func.lower(p.name))
    )
    if profile_id is not None:
        statement = statement.where(p.id == profile_id)
    return [
        Profile(
            id=row.id,
            name=row.name,
            is_default=row.is_default,
            downloads=row.downloads,
            updated_at=row.updated_at,
            **ProfileChoices.model_validate(row.choices).model_dump(),
        )
        for row in await connection.execute(statement)
    ]

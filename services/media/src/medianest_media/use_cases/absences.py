"""What was there is not believed to be gone because the backend says so once.

With the media server away Overseerr calls everything deleted; who believes it lets people ask for, and fetch, all of it
again. So it has to say so several times, a minute apart. Our own library index, which heard the removal itself, is
believed at once.
"""

from collections.abc import Iterable, Set
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.holdings import Holding, Part
from medianest_media.models import Absence
from medianest_media.repository import Ours

APART = timedelta(seconds=50)
_GONE = (Availability.NONE, Availability.REQUESTED)


async def note_absences(
    app: MediaApp, details: TitleDetails, fulfilled: Set[Part], *, unsure: frozenset[bool] = frozenset()
) -> None:
    """`details` is what the backend says right now. That it can say nothing of these qualities counts for nothing."""
    if not fulfilled:
        return
    now = app.clock.now()
    told = [part for part in fulfilled if part[0] not in unsure]
    gone = sorted(part for part in told if _state(details, part) in _GONE)
    there = [part for part in told if part not in gone]
    async with app.db.transaction() as tx:
        if unsure:
            in_vain = update(Absence).where(*_of(details), Absence.is_4k.in_(unsure)).values(looked_at=now)
            await tx.session.execute(in_vain)
        await tx.session.execute(delete(Absence).where(*_of(details), _among(there)))
        if not gone:
            return
        title = {"tmdb_id": details.tmdb_id, "media_type": details.media_type}
        made = upsert(Absence).values(
            [
                {**title, "is_4k": is_4k, "season": season, "looks": 1, "since": now, "looked_at": now}
                for is_4k, season in gone
            ]
        )
        again = made.on_conflict_do_update(
            index_elements=["tmdb_id", "media_type", "is_4k", "season"],
            set_={"looks": Absence.looks + 1, "looked_at": now},
            where=Absence.looked_at < now - APART,
        )
        await tx.session.execute(again)


async def still_there(
    connection: AsyncConnection, details: TitleDetails, ours: Ours, *, looks: int
) -> TitleDetails:
    """With AVAILABLE on what was there and has not been missed often enough."""
    holding, fulfilled = ours
    doubtful = [part for part in fulfilled if _state(details, part) in _GONE]
    if not doubtful:
        return details
    believed = select(Absence.is_4k, Absence.season).where(*_of(details), Absence.looks >= looks)
    gone = {(is_4k, season) for is_4k, season in await connection.execute(believed)}
    kept = {part for part in doubtful if part not in gone and not _left(holding, details, part)}
    return _with_available(details, kept) if kept else details


async def doubtful_titles(app: MediaApp, *, limit: int) -> list[tuple[MediaType, int]]:
    """Those to look at again, so that nobody has to wait for visitors of their pages."""
    statement = (
        select(Absence.media_type, Absence.tmdb_id)
        .where(Absence.looks < app.settings.media_absence_looks, Absence.looked_at < app.clock.now() - APART)
        .group_by(Absence.media_type, Absence.tmdb_id)
        .order_by(func.min(Absence.looked_at))
        .limit(limit)
    )
    async with app.db.read() as connection:
        return [(MediaType(kind), tmdb_id) for kind, tmdb_id in await connection.execute(statement)]


def _state(details: TitleDetails, part: Part) -> Availability | None:
    is_4k, season = part
    if details.media_type is MediaType.MOVIE:
        return details.availability_in(is_4k=is_4k)
    return details.season_availability_in(is_4k=is_4k).get(season)


def _left(holding: Holding, details: TitleDetails, part: Part) -> bool:
    is_4k, season = part
    if is_4k:
        return False
    return holding.gone if details.media_type is MediaType.MOVIE else holding.lacks(season)


def _with_available(details: TitleDetails, kept: set[Part]) -> TitleDetails:
    def named(is_4k: bool) -> str:
        return "availability_4k" if is_4k else "availability"

    if details.media_type is MediaType.MOVIE:
        return details.model_copy(update={named(is_4k): Availability.AVAILABLE for is_4k, _ in kept})
    seasons = tuple(
        season.model_copy(
            update={
                named(is_4k): Availability.AVAILABLE
                for is_4k in (False, True)
                if (is_4k, season.number) in kept
            }
        )
        for season in details.seasons
    )
    return details.model_copy(update={"seasons": seasons})


def _of(details: TitleDetails) -> tuple[ColumnElement[bool], ...]:
    return Absence.tmdb_id == details.tmdb_id, Absence.media_type == details.media_type


def _among(parts: Iterable[Part]) -> ColumnElement[bool]:
    return tuple_(Absence.is_4k, Absence.season).in_(list(parts))

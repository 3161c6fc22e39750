"""Who asks for what, decided by a primary key."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Integer, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import Repository
from medianest_media.models import EVERY_SEASON, Absence, Claim, Request

_EACH = ("tmdb_id", "media_type", "is_4k", "request_id")
# One statement for any number of seasons, so that it is compiled and planned once.
_STAKE = (
    upsert(Claim)
    .from_select(
        [*_EACH, "season"],
        select(
            *(bindparam(name, type_=getattr(Claim, name).type) for name in _EACH),
            func.unnest(bindparam("seasons", type_=ARRAY(Integer))),
        ),
    )
    .on_conflict_do_nothing()
    .returning(Claim.season)
)


class Claims(Repository[Claim]):
    model = Claim

    async def stake(self, request: Request, seasons: Iterable[int]) -> list[int]:
        """Claim these for the request; returns those that nobody else had. Rivals wait for each other here."""
        values = {
            "tmdb_id": request.tmdb_id,
            "media_type": request.media_type,
            "is_4k": request.is_4k,
            "request_id": request.id,
            "seasons": sorted(seasons),
        }
        connection = await self.session.connection()
        return sorted((await connection.execute(_STAKE, values)).scalars())

    async def take_over(self, request: Request, seasons: Iterable[int]) -> list[int]:
        """Claims of requests that were fulfilled, for what has left the library since."""
        fulfilled = select(Request.id).where(
            Request.tmdb_id == request.tmdb_id,
            Request.media_type == request.media_type,
            Request.status == RequestStatus.AVAILABLE,
        )
        statement = (
            update(Claim)
            .where(
                Claim.tmdb_id == request.tmdb_id,
                Claim.media_type == request.media_type,
                Claim.is_4k == request.is_4k,
                Claim.season.in_(list(seasons)),
                Claim.request_id.in_(fulfilled),
            )
            .values(request_id=request.id)
            .returning(Claim.season)
        )
        taken = list((await self.session.execute(statement)).scalars())
        missed = (Absence.tmdb_id == request.tmdb_id, Absence.media_type == request.media_type)
        await self.session.execute(
            delete(Absence).where(*missed, Absence.is_4k == request.is_4k, Absence.season.in_(taken))
        )
        return taken

    async def holder(self, request: Request, seasons: Iterable[int] | None) -> Request | None:
        """The first request that has one of these seasons, or any where none are named."""
        statement = (
            select(Request)
            .join(Claim, Claim.request_id == Request.id)
            .where(
                Claim.tmdb_id == request.tmdb_id,
                Claim.media_type == request.media_type,
                Claim.is_4k == request.is_4k,
            )
            .order_by(Claim.season)
            .limit(1)
        )
        if seasons is not None:
            statement = statement.where(Claim.season.in_([EVERY_SEASON, *seasons]))
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def of_title(self, media_type: MediaType, tmdb_id: int, *, is_4k: bool) -> set[int]:
        statement = select(Claim.season).where(
            Claim.tmdb_id == tmdb_id, Claim.media_type == media_type, Claim.is_4k == is_4k
        )
        return set((await self.session.execute(statement)).scalars())

    async def release(self, request: Request, seasons: Iterable[int] | None = None) -> None:
        condition = [Claim.request_id == request.id]
        if seasons is not None:
            condition.append(Claim.season.in_(list(seasons)))
        await self.delete(*condition)

"""Who asks for what, decided by a primary key."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import Repository
from medianest_media.models import EVERY_SEASON, Absence, Claim, OwnQuota, Request

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
_OWN = tuple(column.name for column in OwnQuota.__table__.c)
# Whoever asks has their row locked by now, so what was laid down for them alone does not change any more.
_BEGIN = text(f"""
    with got as (
        insert into claims (tmdb_id, media_type, is_4k, season, request_id)
        select :tmdb_id, :media_type, :is_4k, season, :request_id from unnest(:seasons) as wanted (season)
        on conflict do nothing returning season
    )
    select array(select season from got order by season) as got,
        exists (select from approval_rules where enabled) as ruled, {", ".join(f"q.{name}" for name in _OWN)}
    from (values (true)) as always left join own_quotas q on q.user_id = :person_id
""").bindparams(  # noqa: S608
    *(bindparam(name, type_=getattr(Claim, name).type) for name in _EACH),
    bindparam("seasons", type_=ARRAY(Integer)),
    bindparam("person_id", type_=OwnQuota.user_id.type),
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new request has claimed, and what else decides about it. `own` is what was laid down for the person
    alone; not `ruled`, there is no rule by which it could be approved."""

    got: list[int]
    own: OwnQuota | None
    ruled: bool


class Claims(Repository[Claim]):
    model = Claim

    async def stake(self, request: Request, seasons: Iterable[int]) -> list[int]:
        """Claim these for the request; returns those that nobody else had. Rivals wait for each other here."""
        connection = await self.session.connection()
        return sorted((await connection.execute(_STAKE, _wanted(request, seasons))).scalars())

    async def begin(self, request: Request, seasons: Iterable[int]) -> Beginning:
        """The same for a new request, whose person is locked, and in the same statement what else decides about it."""
        values = _wanted(request, seasons) | {"person_id": request.user_id}
        row = (await (await self.session.connection()).execute(_BEGIN, values)).mappings().one()
        own = OwnQuota(**{name: row[name] for name in _OWN}) if row["user_id"] is not None else None
        return Beginning(got=row["got"], own=own, ruled=row["ruled"])

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


def _wanted(request: Request, seasons: Iterable[int]) -> dict[str, Any]:
    return {
        "tmdb_id": request.tmdb_id,
        "media_type": request.media_type,
        "is_4k": request.is_4k,
        "request_id": request.id,
        "seasons": sorted(seasons),
    }

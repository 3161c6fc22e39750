"""What one person may ask for, laid down by an administrator instead of what holds for their role."""

from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import Quota, Requester
from medianest_common.contracts.media.allowing import (
    GetPersonQuota,
    Limit,
    ListQuotas,
    PersonQuota,
    QuotaChanged,
    RemoveQuota,
    SetQuota,
)
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.auditing import decided
from medianest_media.models import OwnQuota, Person
from medianest_media.repository import OwnQuotas, People
from medianest_media.use_cases.get_quota import quota_of

_ORDER = "quotas"
_BEFORE_ALL = UUID(int=0)


async def get_person_quota(app: MediaApp, query: GetPersonQuota) -> PersonQuota:
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        return await _shown(app, tx, await _person(tx, query.user_id))


async def set_quota(app: MediaApp, command: SetQuota) -> PersonQuota:
    """Behind the requests of this person that are being made, so that none slips through by what held before."""
    caller = require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        person = await _person(tx, command.user_id, lock=True)
        before = await _shown(app, tx, person)
        values = {
            "user_id": person.id,
            "movie_limit": command.movie.limit if command.movie else None,
            "movie_days": command.movie.days if command.movie else None,
            "tv_limit": command.tv.limit if command.tv else None,
            "tv_days": command.tv.days if command.tv else None,
            "may_ask_4k": command.may_ask_4k,
            "set_at": app.clock.now(),
        }
        await OwnQuotas(tx.session).upsert(values, keys=["user_id"])
        after = await _shown(app, tx, person)
        _tell(tx, before, after, by=caller.user_id)
        decided(tx, "quota_change", f"user:{person.id}")
        return after


async def remove_quota(app: MediaApp, command: RemoveQuota) -> Nothing:
    caller = require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        person = await _person(tx, command.user_id, lock=True)
        before = await _shown(app, tx, person)
        if await OwnQuotas(tx.session).delete(OwnQuota.user_id == command.user_id):
            decided(tx, "quota_reset", f"user:{person.id}")
        _tell(tx, before, await _shown(app, tx, person), by=caller.user_id)
    return Nothing()


async def list_quotas(app: MediaApp, query: ListQuotas) -> Page[PersonQuota]:
    require(Permission.DECIDE_REQUESTS)
    after = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else _BEFORE_ALL
    statement = (
        select(OwnQuota, Person.name)
        .join(Person, Person.id == OwnQuota.user_id)
        .where(OwnQuota.user_id > after)
        .order_by(OwnQuota.user_id)
        .limit(query.limit + 1)
    )
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).all()
    page = rows[: query.limit]
    cursor = encode_cursor(_ORDER, page[-1][0].user_id) if len(rows) > query.limit else None
    items = [_laid_down(Requester(id=own.user_id, name=name), own) for own, name in page]
    return Page[PersonQuota](items=items, next_cursor=cursor)


async def _person(tx: Transaction, user_id: UUID, *, lock: bool = False) -> Person:
    person = await People(tx.session).get(user_id, lock=lock)
    if person is None or person.erased_at is not None or not person.name:
        raise NotFound("There is no such person.")
    return person


async def _shown(app: MediaApp, tx: Transaction, person: Person) -> PersonQuota:
    own = await OwnQuotas(tx.session).get(person.id)
    shown = _laid_down(Requester(id=person.id, name=person.name), own)
    quota: Quota = await quota_of(app, tx.session, person.id, role=person.role)
    return shown.model_copy(update={"quota": quota})


def _tell(tx: Transaction, before: PersonQuota, after: PersonQuota, *, by: UUID) -> None:
    """Where it makes a difference."""
    if after.quota is not None and _limits(before.quota) != _limits(after.quota):
        tx.emit(QuotaChanged(user_id=after.user.id, quota=after.quota, actor_id=by))


def _limits(quota: Quota | None) -> list[tuple[int | None, int]]:
    return [(state.limit, state.days) for state in (quota.movie, quota.tv)] if quota else []


def _laid_down(user: Requester, own: OwnQuota | None) -> PersonQuota:
    return PersonQuota(
        user=user,
        movie=_limit(own.movie_limit, own.movie_days) if own else None,
        tv=_limit(own.tv_limit, own.tv_days) if own else None,
        may_ask_4k=own.may_ask_4k if own else None,
        set_at=own.set_at if own else None,
    )


def _limit(limit: int | None, days: int | None) -> Limit | None:
    return Limit(limit=limit, days=days) if days is not None else None

"""Messages of administrators: whom they reach, how far they have got, and who has read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.broadcasts import Addressees, BroadcastAudience, BroadcastState
from medianest_common.db import Repository
from medianest_common.db.repository import after
from medianest_notifications.models import LAST_VERSION, Broadcast, Delivery, Entry, Recipient

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:fingerprint, 7401))")
_READ = text("""
    select dedupe_key as id, count(*) as number from entries
    where type = 'broadcast' and dedupe_key = any(cast(:ids as uuid[]))
        and (read_at is not null or dismissed_at is not null)
    group by dedupe_key
""")
_FORGET = text("""
    update broadcasts set
        author_name = case when author_id = :user_id then '' else author_name end,
        author_id = nullif(author_id, :user_id), user_ids = user_ids - cast(:text as text)
    where author_id = :user_id or user_ids @> to_jsonb(cast(:text as text))
""")
_SHORTEN = text("""
    update deliveries d set expires_at = :expires_at from entries e
    where e.type = 'broadcast' and e.dedupe_key = :id and d.entry_id = e.id and d.expires_at > :expires_at
        and e.user_id = any(cast(:user_ids as uuid[]))
""")
_TAKE_BACK = text("""
    with there as (
        select user_id, id, seq, pinned_at is not null as was_pinned from entries
        where type = 'broadcast' and dedupe_key = :id and user_id > :above order by user_id limit :limit
    ), locked as (
        select h.user_id from heads h join there using (user_id) order by h.user_id for update of h
    ), taken as (
        update entries e set dismissed_at = :now, pinned_at = null
        from locked where e.user_id = locked.user_id and e.dedupe_key = :id and e.dismissed_at is null
        returning e.id, e.user_id, e.read_at
    ), unsent as (
        update deliveries d set state = 'suppressed', reason = 'expired', updated_at = :now
        from taken where d.entry_id = taken.id and d.state = 'queued'
    ), fewer as (
        update heads h set unread = h.unread - 1 from taken where h.user_id = taken.user_id and taken.read_at is null
        returning h.user_id, h.unread, h.head
    )
    select there.user_id, there.id, there.seq, there.was_pinned, fewer.unread, fewer.head
    from there left join fewer using (user_id) order by there.user_id
""")


class Broadcasts(Repository[Broadcast]):
    model = Broadcast

    async def same_as(self, fingerprint: str, *, since: datetime) -> Broadcast | None:
        """Whoever says the same at the same moment waits here for the other. What is over is said anew."""
        await self.session.execute(_ONE_AT_A_TIME, {"fingerprint": fingerprint})
        return await self.one(
            Broadcast.fingerprint == fingerprint,
            Broadcast.created_at > since,
            Broadcast.state != BroadcastState.ENDED,
        )

    async def next_people(self, broadcast: Broadcast, *, limit: int) -> Sequence[UUID]:
        """Those after the last who has it, in the order of their ids."""
        u = Recipient.user_id
        conditions = _addressed(broadcast.audience, broadcast.role, broadcast.user_ids)
        if broadcast.reached_up_to is not None:
            conditions = [*conditions, u > broadcast.reached_up_to]
        return (
            (await self.session.execute(select(u).where(*conditions).order_by(u).limit(limit)))
            .scalars()
            .all()
        )

    async def take_back(self, broadcast_id: UUID, *, above: UUID, limit: int, now: datetime) -> Sequence[Any]:
        """From the inboxes of the next `limit` people: who they are, whether it was pinned there, and what they have
        unread where that is fewer."""
        parameters = {"id": broadcast_id, "above": above, "limit": limit, "now": now}
        return (await self.session.execute(_TAKE_BACK, parameters)).all()

    async def expired(self, *, now: datetime) -> Sequence[UUID]:
        statement = select(Broadcast.id).where(
            Broadcast.state != BroadcastState.ENDED, Broadcast.expires_at <= now
        )
        return (await self.session.execute(statement)).scalars().all()

    async def forget_person(self, user_id: UUID) -> int:
        """Neither who wrote it nor that it was for them."""
        result = await self.session.execute(_FORGET, {"user_id": user_id, "text": str(user_id)})
        return int(result.rowcount)  # type: ignore[attr-defined]

    async def shorten_deliveries(self, broadcast: Broadcast, people: Sequence[UUID]) -> None:
        """What these have of it goes to no channel when nobody needs it any more."""
        parameters = {"id": broadcast.id, "expires_at": broadcast.expires_at, "user_ids": list(people)}
        await self.session.execute(_SHORTEN, parameters)


def is_of_ended_broadcast() -> ColumnElement[bool]:
    """Of a delivery."""
    ended = (
        select(Entry.id)
        .join(Broadcast, Broadcast.id == Entry.dedupe_key)
        .where(Entry.id == Delivery.entry_id, Broadcast.state == BroadcastState.ENDED)
    )
    return and_(Delivery.type == NotificationType.BROADCAST.value, ended.exists())


async def reach_of(session: AsyncSession | AsyncConnection, to: Addressees) -> int:
    conditions = _addressed(to.audience, to.role, to.user_ids)
    return (
        await session.execute(select(func.count()).select_from(Recipient).where(*conditions))
    ).scalar_one()


async def page_of_broadcasts(connection: AsyncConnection, *, below: UUID | None, limit: int) -> Sequence[Any]:
    """Newest first; one row more than `limit` when there is another page."""
    before = after([Broadcast.id], [below], descending=True) if below else true()
    statement = select(*Broadcast.__table__.c).where(before).order_by(Broadcast.id.desc()).limit(limit + 1)
    return (await connection.execute(statement)).all()


async def one_broadcast(connection: AsyncConnection, broadcast_id: UUID) -> Any | None:
    statement = select(*Broadcast.__table__.c).where(Broadcast.id == broadcast_id)
    return (await connection.execute(statement)).one_or_none()


async def readers_of(session: AsyncSession | AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = (await session.execute(_READ, {"ids": list(ids)})).all()
    return {row.id: row.number for row in rows}


def _addressed(
    audience: BroadcastAudience, role: str | None, user_ids: Sequence[Any]
) -> list[ColumnElement[bool]]:
    """Nobody who is suspended, and nobody who has left."""
    r = Recipient
    conditions: list[ColumnElement[bool]] = [r.version < LAST_VERSION, r.suspended.is_(False)]
    if audience is BroadcastAudience.ROLE:
        conditions.append(r.role == str(role))
    if audience is BroadcastAudience.PEOPLE:
        conditions.append(r.user_id.in_([UUID(str(user_id)) for user_id in user_ids]))
    return conditions

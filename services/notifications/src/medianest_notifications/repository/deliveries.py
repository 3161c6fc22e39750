"""Deliveries: who may work on which, and what came of it.

Whoever claims one locks its channel first, so that of one channel a single message is on its way at any moment.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from medianest_common.clock import uuid7
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import DeliveryState, HeldFor, SuppressedFor
from medianest_common.db import Repository
from medianest_notifications.delivering.ages import max_age
from medianest_notifications.delivering.backoff import SET_BACK
from medianest_notifications.delivering.metrics import count
from medianest_notifications.models import Delivery
from medianest_notifications.planning.decision import Matter
from medianest_notifications.repository.broadcasts import is_of_ended_broadcast

TOO_LATE = "It was too old to be sent."
_S = DeliveryState
_OPEN = (_S.QUEUED, _S.SENDING)


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry for one channel, as it was decided."""

    user_id: UUID
    channel_id: UUID
    kind: ChannelKind
    entry_id: UUID
    seq: int
    matter: Matter
    due_at: datetime
    held_for: HeldFor | None = None
    reason: SuppressedFor | None = None

    @property
    def is_due(self) -> bool:
        return self.reason is None and self.held_for is None


_ADD = text("""
    insert into deliveries (id, user_id, channel_id, kind, entry_id, seq, type, urgency, state, reason, held_for,
        due_at, expires_at, attempts, in_doubt, repeated, collapse_key, created_at, updated_at)
    select t.id, t.user_id, t.channel_id, t.kind, t.entry_id, t.seq, t.type, t.urgency,
        case when t.reason is null then 'queued' else 'suppressed' end, t.reason, t.held_for, t.due_at,
        t.expires_at, 0, false, false, t.collapse_key, :now, :now
    from unnest(cast(:ids as uuid[]), cast(:user_ids as uuid[]), cast(:channel_ids as uuid[]), cast(:kinds as text[]),
        cast(:entry_ids as uuid[]), cast(:seqs as bigint[]), cast(:types as text[]), cast(:urgencies as text[]),
        cast(:collapse_keys as text[]), cast(:reasons as text[]), cast(:held as text[]), cast(:due as timestamptz[]),
        cast(:expire as timestamptz[])
    ) as t (id, user_id, channel_id, kind, entry_id, seq, type, urgency, collapse_key, reason, held_for, due_at,
        expires_at)
    -- One that is being deleted meanwhile is gone for us, and who sends to one does not wait for us.
    join channels c on c.id = t.channel_id
    for key share of c
    on conflict (channel_id, entry_id) do nothing
    returning kind, state
""")


def is_due(
    delivery: type[Delivery] | AliasedClass[Delivery], *, before: datetime, now: datetime
) -> ColumnElement[bool]:
    """What was touched well after now was so before the clock was set back, and has waited long enough. What has been
    touched since then waits as ever, for else what fails would be tried again at once until that time comes."""
    return or_(delivery.due_at <= before, delivery.updated_at > now + SET_BACK)


class Deliveries(Repository[Delivery]):
    model = Delivery

    async def add_planned(self, planned: Sequence[Planned], *, now: datetime) -> None:
        columns = {
            "ids": [uuid7() for _ in planned],
            "user_ids": [each.user_id for each in planned],
            "channel_ids": [each.channel_id for each in planned],
            "kinds": [each.kind.value for each in planned],
            "entry_ids": [each.entry_id for each in planned],
            "seqs": [each.seq for each in planned],
            "types": [each.matter.type.value for each in planned],
            "urgencies": [each.matter.urgency for each in planned],
            "collapse_keys": [each.matter.collapse_key for each in planned],
            "reasons": [each.reason for each in planned],
            "held": [each.held_for for each in planned],
            "due": [each.due_at for each in planned],
            "expire": [each.due_at + max_age(each.matter.type) for each in planned],
        }
        added = await self.session.execute(_ADD, columns | {"now": now})
        count(self.session, ((kind, state) for kind, state in added if state == _S.SUPPRESSED))

    async def expire(self, channel_id: UUID, *, now: datetime) -> None:
        """What was tried in vain is a dead letter; what never had its turn was merely not worth it any more."""
        lapsed = and_(Delivery.state == _S.SENDING, Delivery.lease_until <= now)
        expired = await self.session.execute(
            update(Delivery)
            .where(
                Delivery.channel_id == channel_id,
                or_(Delivery.state == _S.QUEUED, lapsed),
                Delivery.expires_at <= now,
            )
            .values(
                state=case((Delivery.attempts == 0, _S.SUPPRESSED.value), else_=_S.FAILED.value),
                reason=case((Delivery.attempts == 0, SuppressedFor.EXPIRED.value)),
                error=func.coalesce(Delivery.error, TOO_LATE),
                held_for=None,
                lease_until=None,
                updated_at=now,
            )
            .returning(Delivery.kind, Delivery.state)
            .execution_options(synchronize_session=False)
        )
        count(self.session, expired)

    async def claim(self, channel_id: UUID, *, now: datetime, lease: timedelta) -> list[Delivery]:
        """The next message of a channel that the caller has locked, the one that leads first; empty when nothing is due
        or somebody is at work on it. What was being sent when its lease ran out comes first, and is in doubt."""
        other, member, one = aliased(Delivery), aliased(Delivery), aliased(Delivery)
        lapsed = and_(one.state == _S.SENDING, one.lease_until <= now)
        due = and_(one.state == _S.QUEUED, one.held_for.is_(None), is_due(one, before=now, now=now))
        busy = select(other.id).where(
            other.channel_id == channel_id, other.state == _S.SENDING, other.lease_until > now
        )
        next_group = (
            select(_group(one))
            .where(one.channel_id == channel_id, or_(lapsed, due), ~busy.exists())
            .order_by((one.state == _S.SENDING).desc(), one.seq)
            .limit(1)
            .scalar_subquery()
        )
        # Those whose leader was deleted or is not wanted any more still go together: the next of them leads.
        leader = (
            select(member.id)
            .where(member.channel_id == channel_id, member.state.in_(_OPEN), _group(member) == next_group)
            .order_by(member.seq)
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            update(Delivery)
            .where(
                Delivery.channel_id == channel_id,
                Delivery.state.in_(_OPEN),
                _group(Delivery) == next_group,
            )
            .values(
                batch_id=case((Delivery.batch_id.is_not(None), leader)),
                in_doubt=or_(Delivery.in_doubt, Delivery.state == _S.SENDING),
                doubts=Delivery.doubts + case((Delivery.state == _S.SENDING, 1), else_=0),
                state=_S.SENDING,
                held_for=None,
                attempts=Delivery.attempts + 1,
                lease_until=now + lease,
                updated_at=now,
            )
            .returning(Delivery)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        claimed = (await self.session.execute(statement)).scalars().all()
        return sorted(claimed, key=lambda row: (row.batch_id not in (None, row.id), row.seq))

    async def waits_from_later(self, channel_id: UUID, *, now: datetime) -> bool:
        """Whether something waits here since before the clock was set back."""
        queued = select(Delivery.id).where(Delivery.channel_id == channel_id, Delivery.state == _S.QUEUED)
        found = await self.session.execute(queued.where(Delivery.updated_at > now + SET_BACK).limit(1))
        return found.first() is not None

    async def shorten_leases(self, *, now: datetime, longest: timedelta) -> None:
        """Those that are longer than any: they are from before the clock was set back."""
        await self.session.execute(
            update(Delivery)
            .where(Delivery.state == _S.SENDING, Delivery.lease_until > now + 2 * longest)
            .values(lease_until=now + longest)
            .execution_options(synchronize_session=False)
        )

    async def hold_claim(self, leader: Delivery) -> bool:
        """Whether it is still this attempt's; if so, nobody can take it over until the transaction ends."""
        statement = select(Delivery.id).where(
            Delivery.id == leader.id, Delivery.state == _S.SENDING, Delivery.attempts == leader.attempts
        )
        found = await self.session.execute(statement.with_for_update(key_share=True))
        return found.scalar_one_or_none() is not None

    async def settle(self, ids: Collection[UUID], **values: Any) -> None:
        settled = await self.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.state == _S.SENDING)
            .values(lease_until=None, **values)
            .returning(Delivery.kind, Delivery.state)
            .execution_options(synchronize_session=False)
        )
        count(self.session, settled)

    async def suppress(self, *conditions: ColumnElement[bool], reason: SuppressedFor, now: datetime) -> None:
        """What still waits; and what nobody is at work on any more."""
        abandoned = and_(Delivery.state == _S.SENDING, Delivery.lease_until <= now)
        suppressed = await self.session.execute(
            update(Delivery)
            .where(or_(Delivery.state == _S.QUEUED, abandoned), *conditions)
            .values(state=_S.SUPPRESSED, reason=reason, lease_until=None, updated_at=now)
            .returning(Delivery.kind, Delivery.state)
            .execution_options(synchronize_session=False)
        )
        count(self.session, suppressed)

    async def requeue(self, delivery_id: UUID, *, now: datetime, lasts: timedelta) -> Delivery | None:
        """A dead letter, or one whose channel is no longer disabled, as if it had never been tried; never twice at
        once, and no broadcast that is over."""
        statement = (
            update(Delivery)
            .where(
                Delivery.id == delivery_id,
                ~is_of_ended_broadcast(),
                or_(
                    Delivery.state == _S.FAILED,
                    Delivery.reason.in_((SuppressedFor.CHANNEL_DISABLED, SuppressedFor.EXPIRED)),
                ),
            )
            .values(
                state=_S.QUEUED,
                reason=None,
                held_for=None,
                batch_id=None,
                earlier_attempts=Delivery.attempts,
                doubts=0,
                due_at=now,
                expires_at=now + lasts,
                updated_at=now,
            )
            .returning(Delivery)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()


def _group(delivery: type[Delivery]) -> ColumnElement[UUID]:
    """The same for all that go out as one message."""
    return func.coalesce(delivery.batch_id, delivery.id)

"""Whose turn it is to be read. There is one place for it in the whole installation: YouTube counts who asks."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_youtube.models import Batch, QueuePause, Subscription

UNREAD = (BatchStatus.QUEUED, BatchStatus.INDEXING)
LEASE = timedelta(seconds=60)
_HEAD_START = timedelta(minutes=15)
"""Of a batch, for which a person waits, over a subscription that is due."""
_YOUTUBE_REFUSES = (FailureCode.BOT_CHECK, FailureCode.RATE_LIMITED, FailureCode.IP_BLOCKED)
"""Other pauses are of downloads: what they will be can be found out meanwhile."""
_GATE = text("select pg_advisory_xact_lock(7316, 201)")

type Readable = Batch | Subscription


class Reads:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def claim(self, *, now: datetime) -> Readable | None:
        """The most urgent one, which is ours for a while then. None: nothing is due, or somebody reads already."""
        await self.session.execute(_GATE)
        if await self.held_up(now=now):
            return None
        chosen = await self._most_urgent(now)
        if chosen is None:
            return None
        chosen.epoch += 1
        chosen.lease_until = now + LEASE
        if isinstance(chosen, Batch):
            chosen.status = BatchStatus.INDEXING
        await self.session.flush()
        return chosen

    async def anything_due(self, *, now: datetime) -> bool:
        """And the place is free."""
        if await self.held_up(now=now):
            return False
        for table, due in ((Batch, _batch_due(now)), (Subscription, _subscription_due(now))):
            if (await self.session.execute(select(table.id).where(due).limit(1))).first() is not None:
                return True
        return False

    async def shorten_leases(self, *, now: datetime) -> None:
        """Those that are longer than any: they are from before the clock was set back."""
        for table in (Batch, Subscription):
            await self.session.execute(
                update(table).where(table.lease_until > now + 2 * LEASE).values(lease_until=now + LEASE)
            )

    async def held[R: Readable](self, row: R) -> R | None:
        """As it stands now, locked; None: it is ours no more."""
        model: type[R] = type(row)
        statement = (
            select(model)
            .where(model.id == row.id, model.epoch == row.epoch, _going_on(model))
            .with_for_update(key_share=True)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def renew(self, row: Readable, *, now: datetime) -> bool:
        model = type(row)
        statement = (
            update(model)
            .where(model.id == row.id, model.epoch == row.epoch, _going_on(model))
            .values(lease_until=now + LEASE)
            .returning(model.id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def held_up(self, *, now: datetime) -> bool:
        """YouTube has had enough for now, or somebody reads already."""
        paused = select(QueuePause.id).where(
            QueuePause.ended_at.is_(None),
            QueuePause.code.in_(_YOUTUBE_REFUSES),
            or_(QueuePause.until.is_(None), QueuePause.until > now),
        )
        if (await self.session.execute(paused.limit(1))).first() is not None:
            return True
        for table in (Batch, Subscription):
            leased = select(table.id).where(table.lease_until > now)
            if (await self.session.execute(leased.limit(1))).first() is not None:
                return True
        return False

    async def _most_urgent(self, now: datetime) -> Readable | None:
        batch = (
            await self.session.scalars(
                select(Batch)
                .where(_batch_due(now))
                .order_by(Batch.queued_at)
                .limit(1)
                .with_for_update(key_share=True)
            )
        ).one_or_none()
        subscription = (
            await self.session.scalars(
                select(Subscription)
                .where(_subscription_due(now))
                .order_by(Subscription.asked_at.nulls_last(), Subscription.next_check_at)
                .limit(1)
                .with_for_update(key_share=True)
            )
        ).one_or_none()
        if batch is None or subscription is None:
            return batch or subscription
        waiting_since = subscription.asked_at or subscription.next_check_at + _HEAD_START
        return subscription if waiting_since < batch.queued_at else batch


async def is_held(connection: AsyncConnection, row: Readable) -> bool:
    model = type(row)
    statement = select(model.id).where(model.id == row.id, model.epoch == row.epoch, _going_on(model))
    return (await connection.execute(statement)).first() is not None


def _going_on(model: type[Any]) -> ColumnElement[bool]:
    if model is Batch:
        return Batch.status == BatchStatus.INDEXING
    return Subscription.lease_until.is_not(None)


def _batch_due(now: datetime) -> ColumnElement[bool]:
    return Batch.status.in_(UNREAD) & (func.coalesce(Batch.not_before, now) <= now)


def _subscription_due(now: datetime) -> ColumnElement[bool]:
    asked = Subscription.asked_at.is_not(None)
    return (Subscription.next_check_at <= now) & (Subscription.enabled | asked)

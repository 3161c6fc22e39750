"""Deliveries that wait: for the end of quiet hours, for a digest, or for their like."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import DeliveryState, SuppressedFor
from medianest_notifications.delivering.metrics import count
from medianest_notifications.models import Channel, Delivery, Entry
from medianest_notifications.planning.decision import Endpoint, Matter, Plan, Title
from medianest_notifications.planning.merging import Statement

_IS_HELD = (Delivery.state == DeliveryState.QUEUED, Delivery.held_for.is_not(None))
_KNOWN = tuple(each.value for each in NotificationType)
"""What a newer version has held waits for it."""
_IS_SAID = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.QUEUED)


@dataclass(frozen=True, slots=True)
class Held:
    delivery: Delivery
    endpoint: Endpoint
    matter: Matter
    statement: Statement


class HeldDeliveries:
    """Whoever changes those of a channel has locked the channel, as has whoever sends them."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def channels_with_due(self, *, now: datetime, limit: int) -> Sequence[UUID]:
        ready = (*_IS_HELD, Delivery.type.in_(_KNOWN), Delivery.due_at <= now)
        due = select(Delivery.channel_id).where(*ready).distinct().limit(limit)
        return (await self.session.scalars(due)).all()

    async def lock_channels_of(self, user_id: UUID) -> None:
        mine = select(Channel.id).where(Channel.user_id == user_id).order_by(Channel.id)
        await self.session.execute(mine.with_for_update(key_share=True))

    async def lock_channel(self, channel_id: UUID) -> Channel | None:
        return await self.session.get(Channel, channel_id, with_for_update={"key_share": True})

    async def of_person(self, user_id: UUID) -> list[Held]:
        return await self._read(_held().where(Delivery.user_id == user_id))

    async def due(self, channel_id: UUID, *, now: datetime, limit: int) -> list[Held]:
        """In the order in which they came up."""
        of_channel = _held().where(Delivery.channel_id == channel_id, Delivery.due_at <= now)
        return await self._read(of_channel.order_by(Delivery.seq).limit(limit))

    async def said_last(self, channel_id: UUID, keys: Collection[str]) -> dict[str, Statement]:
        """By collapse key, what went to that channel or is about to."""
        statement = (
            select(Delivery, Entry.title)
            .join(Entry, Entry.id == Delivery.entry_id)
            .where(
                Delivery.channel_id == channel_id,
                Delivery.collapse_key.in_(keys),
                Delivery.state.in_(_IS_SAID),
                Delivery.held_for.is_(None),
                Delivery.type.in_(_KNOWN),
            )
            .ext(distinct_on(Delivery.collapse_key))
            .order_by(Delivery.collapse_key, Delivery.seq.desc())
        )
        rows = (await self.session.execute(statement)).all()
        return {
            str(row.collapse_key): _statement(row, title, at=row.sent_at or row.updated_at)
            for row, title in rows
        }

    async def hold(self, delivery: Delivery, to: Plan, *, now: datetime) -> None:
        """It is worth as long, counted from when it goes out."""
        await self._change(
            delivery.id,
            due_at=to.due_at,
            held_for=to.held_for or delivery.held_for,
            expires_at=delivery.expires_at + max(to.due_at - delivery.due_at, timedelta()),
            updated_at=now,
        )

    async def suppress(self, delivery_id: UUID, reason: SuppressedFor, *, now: datetime) -> None:
        suppressed = await self._change(
            delivery_id, state=DeliveryState.SUPPRESSED, reason=reason, updated_at=now
        )
        count(self.session, suppressed)

    async def overtake(self, channel_id: UUID, newest: Statement, *, now: datetime) -> None:
        """What is still being tried of the same matter, because the provider does not answer, is not worth it any
        more: that something is up again is said without having said that it was down."""
        overtaken = await self.session.execute(
            update(Delivery)
            .where(
                Delivery.channel_id == channel_id,
                Delivery.collapse_key == newest.collapse_key,
                Delivery.seq < newest.seq,
                Delivery.state == DeliveryState.QUEUED,
                Delivery.batch_id.is_(None),
            )
            .values(state=DeliveryState.SUPPRESSED, reason=SuppressedFor.COLLAPSED, updated_at=now)
            .returning(Delivery.kind, Delivery.state)
            .execution_options(synchronize_session=False)
        )
        count(self.session, overtaken)

    async def release(self, ids: Sequence[UUID], *, now: datetime) -> None:
        """As one message, which the first leads."""
        await self.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(held_for=None, batch_id=ids[0] if len(ids) > 1 else None, updated_at=now)
            .execution_options(synchronize_session=False)
        )

    async def _change(self, delivery_id: UUID, **values: Any) -> list[tuple[str, str]]:
        changed = await self.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, *_IS_HELD)
            .values(values)
            .returning(Delivery.kind, Delivery.state)
            .execution_options(synchronize_session=False)
        )
        return list(changed)

    async def _read(self, statement: Select[Any]) -> list[Held]:
        rows = (await self.session.execute(statement)).all()
        return [
            Held(
                delivery=row,
                endpoint=Endpoint(row.channel_id, row.kind, state),
                matter=Matter(NotificationType(row.type), row.urgency, row.collapse_key, _title(data)),
                statement=_statement(row, title, at=row.created_at),
            )
            for row, title, data, state in rows
        ]


def _held() -> Select[Any]:
    return (
        select(Delivery, Entry.title, Entry.data, Channel.state)
        .join(Entry, Entry.id == Delivery.entry_id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(*_IS_HELD, Delivery.type.in_(_KNOWN))
        .execution_options(populate_existing=True)
    )


def _statement(row: Delivery, title: str, *, at: datetime) -> Statement:
    return Statement(row.id, row.seq, NotificationType(row.type), title, row.collapse_key, at)


def _title(data: dict[str, Any]) -> Title | None:
    """Which title an entry is about, as its data says."""
    kind, number = data.get("mediaType"), data.get("tmdbId")
    if kind in set(MediaType) and isinstance(number, int):
        return MediaType(kind), number
    return None

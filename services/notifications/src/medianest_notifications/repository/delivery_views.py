"""How deliveries are looked at: by their owners, by administrators, and by what makes sure that none is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import DeliveryState
from medianest_common.db.repository import after
from medianest_notifications.delivering.backoff import SET_BACK
from medianest_notifications.models import Channel, Delivery, Entry, Recipient
from medianest_notifications.repository.deliveries import is_due

_S = DeliveryState

_SHOWN = (
    Delivery.id,
    Delivery.channel_id,
    Channel.name.label("channel"),
    Delivery.kind,
    Delivery.state,
    Delivery.reason,
    Delivery.held_for,
    Delivery.due_at,
    Delivery.attempts,
    Delivery.repeated,
    Delivery.error,
    Delivery.updated_at,
    Delivery.sent_at,
)


async def deliveries_of_entry(
    connection: AsyncConnection, entry_id: UUID, *, user_id: UUID
) -> Sequence[Any] | None:
    """None where the entry is not there, or not theirs."""
    statement = (
        select(Entry.id.label("entry_id"), *_SHOWN)
        .select_from(Entry)
        .outerjoin(Delivery, Delivery.entry_id == Entry.id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(Entry.id == entry_id, Entry.user_id == user_id)
        .order_by(Delivery.id)
    )
    rows = (await connection.execute(statement)).all()
    return [row for row in rows if row.id is not None] if rows else None


async def message_before(connection: AsyncConnection, delivery: Delivery, *, sent_at: datetime) -> str | None:
    """What the provider called the message about the same matter that was sent then, by itself."""
    statement = (
        select(Delivery.provider_id)
        .where(
            Delivery.channel_id == delivery.channel_id,
            Delivery.collapse_key == delivery.collapse_key,
            Delivery.seq < delivery.seq,
            Delivery.state == _S.SENT,
            Delivery.sent_at == sent_at,
            Delivery.batch_id.is_(None),
        )
        .order_by(Delivery.seq.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def page_of_deliveries(
    connection: AsyncConnection,
    *,
    state: DeliveryState,
    kind: ChannelKind | None,
    below: UUID | None,
    limit: int,
) -> Sequence[Any]:
    """Newest first; one row more than `limit` when there is another page."""
    conditions: list[ColumnElement[bool]] = [Delivery.state == state]
    if kind is not None:
        conditions.append(Delivery.kind == kind)
    if below is not None:
        conditions.append(after([Delivery.id], [below], descending=True))
    statement = (
        select(
            *_SHOWN,
            Delivery.user_id,
            Delivery.type,
            Delivery.expires_at,
            Delivery.created_at,
            Channel.shown.label("target"),
            func.coalesce(Recipient.name, literal("")).label("user_name"),
        )
        .join(Channel, Channel.id == Delivery.channel_id)
        .outerjoin(Recipient, Recipient.user_id == Delivery.user_id)
        .where(*conditions)
        .order_by(Delivery.id.desc())
        .limit(limit + 1)
    )
    return (await connection.execute(statement)).all()


async def overdue_channels(
    connection: AsyncConnection, *, now: datetime, before: datetime, woken_before: datetime
) -> Sequence[UUID]:
    """Channels with something that should have been sent before that moment, and nobody who does it."""
    is_open = and_(Delivery.state == _S.QUEUED, Delivery.held_for.is_(None))
    due = and_(is_open, is_due(Delivery, before=before, now=now))
    lapsed = and_(Delivery.state == _S.SENDING, Delivery.lease_until <= now)
    statement = (
        select(Channel.id)
        .join(Delivery, Delivery.channel_id == Channel.id)
        .where(
            or_(due, lapsed),
            or_(
                Channel.held_until.is_(None),
                Channel.held_until <= before,
                # The clock was set back since.
                Delivery.updated_at > now + SET_BACK,
                Channel.last_sent_at > now + SET_BACK,
            ),
            or_(Channel.woken_at.is_(None), Channel.woken_at <= woken_before, Channel.woken_at > now),
        )
        .distinct()
    )
    return (await connection.execute(statement)).scalars().all()

"""What the notifications service holds about the caller."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from medianest_common.bus import require_person
from medianest_common.contracts.notifications import ExportUserData
from medianest_common.contracts.personal import PersonalData
from medianest_common.db.personal import personal_data
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import (
    Broadcast,
    Channel,
    Choice,
    CodeSend,
    Delivery,
    Entry,
    FollowedRequest,
    Head,
    LibraryAccess,
    Mute,
    Preference,
    Recipient,
    TemplateOverride,
)


async def export_person(app: NotificationsApp, query: ExportUserData) -> PersonalData:
    me, e, o, b = require_person().user_id, Entry, TemplateOverride, Broadcast
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "recipients": select(Recipient.name, Recipient.role, Recipient.locale, Recipient.zone).where(
            Recipient.user_id == me
        ),
        "heads": select(Head.head, Head.unread).where(Head.user_id == me),
        "entries": select(
            e.seq,
            e.type,
            e.title,
            e.body,
            e.link,
            e.data,
            e.created_at,
            e.read_at,
            e.dismissed_at,
            e.pinned_at,
        )
        .where(e.user_id == me)
        .order_by(e.seq),
        **_channels(me),
        **_wishes(me),
        **_news(me),
        "template_overrides": select(o.type, o.locale, o.channel, o.title, o.body, o.updated_at)
        .where(o.updated_by == me)
        .order_by(o.type, o.locale, o.channel),
        "broadcasts": select(b.id, b.title, b.body, b.link, b.created_at)
        .where(b.author_id == me)
        .order_by(b.id),
    }
    async with app.db.read() as connection:
        return await personal_data(connection, tables, cursor=query.cursor)


def _channels(me: UUID) -> dict[str, Select[*tuple[Any, ...]]]:
    """Where they lead only as far as is shown, and nothing that would let somebody else send there."""
    c, d, s = Channel, Delivery, CodeSend
    return {
        "channels": select(
            c.id, c.kind, c.name, c.shown, c.state, c.state_reason, c.created_at, c.last_sent_at
        )
        .where(c.user_id == me)
        .order_by(c.id),
        "code_sends": select(s.sent_at).where(s.user_id == me).order_by(s.id),
        "deliveries": select(
            d.channel_id,
            d.type,
            d.state,
            d.reason,
            d.held_for,
            d.attempts,
            d.repeated,
            d.error,
            d.created_at,
            d.sent_at,
        )
        .where(d.user_id == me)
        .order_by(d.id),
    }


def _news(me: UUID) -> dict[str, Select[*tuple[Any, ...]]]:
    a, r = LibraryAccess, FollowedRequest
    return {
        "library_access": select(a.machine_identifier, a.library_keys).where(a.user_id == me),
        "followed_requests": select(r.title, r.status)
        .where(cast(r.people, JSONB).has_key(me.hex))
        .order_by(r.request_id),
    }


def _wishes(me: UUID) -> dict[str, Select[*tuple[Any, ...]]]:
    p, c, m = Preference, Choice, Mute
    times = (p.quiet_from, p.quiet_to, p.daily_at)
    shown = [func.to_char(column, "HH24:MI").label(column.key) for column in times]
    return {
        "preferences": select(p.locale, p.zone, *shown, p.updated_at).where(p.user_id == me),
        "choices": select(c.type, c.channel_id, c.mode).where(c.user_id == me).order_by(c.type, c.id),
        "mutes": select(m.media_type, m.tmdb_id, m.title, m.until, m.created_at)
        .where(m.user_id == me)
        .order_by(m.created_at, m.media_type, m.tmdb_id),
    }

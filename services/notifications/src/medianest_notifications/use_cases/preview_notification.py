"""What would become of a notification of one type: where it would go, when, and why so."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications.channels import ChannelState
from medianest_common.contracts.notifications.deliveries import HeldFor, SuppressedFor, Urgency
from medianest_common.contracts.notifications.preferences import (
    Mode,
    Outcome,
    Preview,
    PreviewLine,
    PreviewNotification,
)
from medianest_common.errors import FieldError, Invalid
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Channel
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import Endpoint, Matter, Plan, Reader, plan
from medianest_notifications.repository.preferences import Preferences

INBOX = "Inbox"


async def preview_notification(app: NotificationsApp, query: PreviewNotification) -> Preview:
    """By the caller's own settings, as they are saved. Raises `Invalid` for a type that the caller never hears of."""
    caller, at = require_caller(), query.at or app.clock.now()
    meaning = MEANINGS[query.type]
    if caller.role not in meaning.hearers.value:
        raise Invalid(errors=[FieldError("type", "is none that you are told")])
    if (query.media_type is None) != (query.tmdb_id is None):
        raise Invalid(errors=[FieldError("tmdbId", "and mediaType belong together")])
    title = (query.media_type, query.tmdb_id) if query.media_type and query.tmdb_id else None
    urgency = Urgency.HIGH if meaning.is_urgent(caller.role) else Urgency.NORMAL
    matter = Matter(query.type, urgency, collapse_key="preview", title=title)
    async with app.db.transaction() as tx:
        reader = await Preferences(tx.session).reader(caller.user_id, household_zone=app.household_zone)
        mine = select(Channel).where(Channel.user_id == caller.user_id).order_by(Channel.id)
        channels = (await tx.session.scalars(mine)).all()
    return Preview(
        type=query.type,
        at=at,
        heard_by=meaning.heard_by,
        lines=[_inbox(matter, reader, at), *(_elsewhere(each, matter, reader, at) for each in channels)],
    )


def _inbox(matter: Matter, reader: Reader, at: datetime) -> PreviewLine:
    off = reader.mode(matter.type, None) is Mode.OFF
    muted = not off and reader.has_muted(matter.title, at=at)
    why = "It stands there at once."
    if off:
        why = "You have turned it off there."
    elif muted:
        why = "It stands there as if you had read it, because you have muted this title."
    elif MEANINGS[matter.type].always_in_inbox:
        why = "It stands there at once, and always: this is about the safety of your account."
    return PreviewLine(
        channel_id=None,
        kind=None,
        name=INBOX,
        outcome=Outcome.NOT if off else Outcome.NOW,
        due_at=None if off else at,
        held_for=None,
        reason=SuppressedFor.OFF if off else None,
        why=why,
    )


def _elsewhere(channel: Channel, matter: Matter, reader: Reader, at: datetime) -> PreviewLine:
    endpoint = Endpoint(channel.id, channel.kind, channel.state)
    planned = plan(matter, reader, endpoint, now=at)
    outcome = Outcome.NOT if planned.reason else Outcome.LATER if planned.held_for else Outcome.NOW
    return PreviewLine(
        channel_id=channel.id,
        kind=channel.kind,
        name=channel.name,
        outcome=outcome,
        due_at=None if planned.reason else planned.due_at,
        held_for=planned.held_for,
        reason=planned.reason,
        why=_not(planned.reason, endpoint, matter, reader)
        if planned.reason
        else _when(planned, matter, reader, endpoint, at),
    )


def _not(reason: SuppressedFor, channel: Endpoint, matter: Matter, reader: Reader) -> str:
    match reason:
        case SuppressedFor.CHANNEL_DISABLED if channel.state is ChannelState.UNVERIFIED:
            return "This channel has not been confirmed with its code yet."
        case SuppressedFor.CHANNEL_DISABLED:
            return "This channel is disabled; confirm it again to use it."
        case SuppressedFor.MUTED:
            return "You have muted this title."
        case _ if (matter.type, channel.id) in reader.choices:
            return "You have turned it off here."
    return "It is off here unless you turn it on."


def _when(planned: Plan, matter: Matter, reader: Reader, channel: Endpoint, at: datetime) -> str:
    clock = _clock(planned.due_at, reader.zone)
    match planned.held_for:
        case HeldFor.QUIET_HOURS:
            return f"When your quiet hours are over, at {clock}."
        case HeldFor.DIGEST if reader.mode(matter.type, channel) is Mode.DAILY:
            return f"Once a day, together with others, at {clock}."
        case HeldFor.DIGEST:
            return f"Every quarter of an hour, together with others: at {clock}."
        case HeldFor.COLLAPSE:
            return f"At {clock}, together with what else is new by then."
    asleep = reader.quiet is not None and reader.quiet.hold(at, reader.zone)
    return "At once, in your quiet hours too: it is urgent." if asleep else "At once."


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"

"""Several notifications as one message."""

from collections.abc import Sequence

from medianest_common.contracts.notifications.channels import ChannelMessage
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_notifications.adapters.channels.port import Message, Part
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.work import Work
from medianest_notifications.rendering import best_locale, render
from medianest_notifications.repository.templates import tongues_of

INBOX_LINK = "/notifications"
_BY_URGENCY = list(Urgency)


async def compose_digest(app: NotificationsApp, work: Work, *, unsubscribe: str | None) -> Message:
    """In the order in which they came up, each in the words of the inbox."""
    leader = work.leader
    async with app.db.read() as connection:
        tongues = await tongues_of(connection, [leader.user_id], household_zone=app.household_zone)
    tongue = tongues[leader.user_id]
    values = {"count": len(work.deliveries)}
    said = render(
        ChannelMessage.DIGEST, values, locale=tongue.locale, zone=tongue.zone, channel=work.channel.kind
    )
    entries = [work.entries[delivery.entry_id] for delivery in sorted(work.deliveries, key=lambda d: d.seq)]
    return Message(
        delivery_id=leader.id,
        type=ChannelMessage.DIGEST,
        title=said.title,
        body=said.body,
        link=f"{app.portal}{INBOX_LINK}",
        urgency=_most_urgent([delivery.urgency for delivery in work.deliveries]),
        collapse_key=None,
        at=entries[-1].created_at,
        locale=best_locale(tongue.locale),
        unsubscribe=unsubscribe,
        parts=tuple(
            Part(entry.title, entry.body, f"{app.portal}{entry.link}" if entry.link else None)
            for entry in entries
        ),
    )


def _most_urgent(urgencies: Sequence[Urgency]) -> Urgency:
    return max(urgencies, key=_BY_URGENCY.index)

"""What one message says to its channel."""

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_notifications.adapters.channels.port import Message
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.digest import compose_digest
from medianest_notifications.delivering.work import Work
from medianest_notifications.unsubscribing import unsubscribe_link

DEFAULT_LOCALE = "en"


async def compose(app: NotificationsApp, work: Work) -> Message:
    leader = work.leader
    if len(work.deliveries) > 1:
        of_leader = unsubscribe(app, work, NotificationType(leader.type))
        return await compose_digest(app, work, unsubscribe=of_leader)
    entry = work.entries[leader.entry_id]
    type = NotificationType(leader.type)
    return Message(
        delivery_id=leader.id,
        type=type,
        title=entry.title,
        body=entry.body,
        link=absolute(app, entry.link),
        urgency=leader.urgency,
        collapse_key=leader.collapse_key,
        at=entry.created_at,
        locale=DEFAULT_LOCALE,
        unsubscribe=unsubscribe(app, work, type),
    )


def absolute(app: NotificationsApp, link: str | None) -> str | None:
    return f"{app.portal}{link}" if link else None


def unsubscribe(app: NotificationsApp, work: Work, type: NotificationType) -> str | None:
    if work.channel.kind is not ChannelKind.EMAIL:
        return None
    return unsubscribe_link(app.unsubscribe_key, work.channel.id, type, portal=app.portal)

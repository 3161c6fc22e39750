"""What a person's other open pages need to show that an entry is pinned, or no longer is."""

from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.notifications import InboxPin, NotificationType, push_subject
from medianest_notifications.mapping import as_notification
from medianest_notifications.models import Entry

PINNED = "inbox.pinned"


def pin_of(entry: Entry) -> InboxPin:
    shown = entry.pinned_at is not None and entry.type in NotificationType
    return InboxPin(
        id=entry.id,
        seq=entry.seq,
        pinned_at=entry.pinned_at,
        notification=as_notification(entry) if shown else None,
    )


async def tell_pin(bus: Bus, user_id: UUID, pin: InboxPin) -> None:
    frame = LiveFrame(key=f"pin:{pin.id.hex}", type=PINNED, data=pin.model_dump(mode="json"))
    await bus.publish_live(push_subject(user_id), frame.model_dump_json().encode())

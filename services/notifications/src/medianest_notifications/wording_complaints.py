"""What administrators are told of systems that complain. The words are those of the systems, and shown as text."""

from typing import Any
from uuid import UUID, uuid5

from medianest_common.contracts.health.webhooks import DownloadStuck, SystemEvent, SystemRecovered
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.rendering import TITLE_LENGTH, cut
from medianest_notifications.wording import Notice
from medianest_notifications.wording_services import lasting

_LINK = "/services"
_SYSTEMS = UUID("0b0a6a52-4f0e-4f57-9f5f-3f6a0c4f6f02")
_LONGEST = 900


def system_of(event: SystemEvent) -> UUID:
    """The same for the same instance."""
    return uuid5(_SYSTEMS, f"{event.source} {event.instance}")


def about_complaints(event: SystemEvent) -> Notice:
    """The gravest come first. Of one system only the last is worth knowing."""
    is_over = isinstance(event, SystemRecovered)
    name, worst = cut(event.instance, TITLE_LENGTH), event.complaints[0]
    values = {
        "name": name,
        "count": len(event.complaints),
        "level": worst.level.value,
        "said": cut("; ".join(each.message.rstrip(".") for each in event.complaints), _LONGEST),
    }
    return Notice(
        type=NotificationType.SERVICE_COMPLAINTS_ENDED if is_over else NotificationType.SERVICE_COMPLAINED,
        link=_LINK,
        values=values | (_lasted(event) if isinstance(event, SystemRecovered) else {}),
        data={
            "source": event.source.value,
            "instance": name,
            "level": worst.level.value,
            "kinds": [each.kind for each in event.complaints],
        },
        collapse_key=f"complaints:{system_of(event).hex}",
    )


def _lasted(event: SystemRecovered) -> dict[str, Any]:
    """Until it was over, however much later that is told."""
    return lasting((event.restored_at or event.at) - event.since)


def about_stuck_download(event: DownloadStuck) -> Notice:
    name, title = cut(event.instance, TITLE_LENGTH), cut(event.title, TITLE_LENGTH)
    return Notice(
        type=NotificationType.DOWNLOAD_STUCK,
        link=_LINK,
        values={"name": name, "title": title, "said": event.reason and cut(event.reason, _LONGEST)},
        data={"source": event.source.value, "instance": name, "title": title},
    )

"""What people are told of services that go down and come back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from medianest_common.contracts.health import CertificateExpiring
from medianest_common.contracts.health.queues import DeadLetterFound
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_notifications.rendering import cut
from medianest_notifications.wording import Notice

_LINK = "/services"
_QUEUES = "/admin/queues"
_LONGEST_REASON = 300
_LONG = timedelta(hours=48)
_SHORT = timedelta(minutes=90)


def about_service(
    type: NotificationType, values: dict[str, Any], *, monitor_id: UUID, urgent: bool
) -> Notice:
    """Of one service only the last is worth knowing, so it takes the place of what was said before."""
    return Notice(
        type=type,
        link=_LINK,
        values=values,
        data={"monitorId": str(monitor_id), "name": values["name"]},
        urgency=Urgency.HIGH if urgent else Urgency.NORMAL,
        collapse_key=f"monitor:{monitor_id.hex}",
    )


def about_certificate(event: CertificateExpiring) -> Notice:
    return Notice(
        type=NotificationType.CERTIFICATE_EXPIRING,
        link=_LINK,
        values={
            "name": event.monitor_name,
            "days": event.days,
            "until": event.expires_at.date().isoformat(),
        },
        data={"monitorId": str(event.monitor_id), "name": event.monitor_name},
        collapse_key=f"certificate:{event.monitor_id.hex}",
    )


def about_dead_letters(event: DeadLetterFound) -> Notice:
    return Notice(
        type=NotificationType.DEAD_LETTERS,
        link=_QUEUES,
        values={
            "handler": event.handler,
            "reason": cut(event.reason, _LONGEST_REASON),
            "count": event.count,
            "waiting": event.waiting,
        },
        data={
            "handler": event.handler,
            "service": event.handler_service,
            "count": event.count,
            "waiting": event.waiting,
        },
        collapse_key=f"dead_letters:{event.handler}",
    )


def about_others_service(type: NotificationType, told: dict[str, Any]) -> Notice:
    """For those who can do nothing about it: it waits for the morning."""
    values = {name: value for name, value in told.items() if name != "monitor_id"}
    return about_service(type, values, monitor_id=UUID(told["monitor_id"]), urgent=False)


def lasting(time: timedelta) -> dict[str, int]:
    """In the unit that fits: 47 minutes, 3 hours, 5 days."""
    minutes = round(time / timedelta(minutes=1))
    if time >= _LONG:
        return {"days": round(time / timedelta(days=1)), "hours": 0, "minutes": 0}
    if time >= _SHORT:
        return {"days": 0, "hours": round(time / timedelta(hours=1)), "minutes": 0}
    return {"days": 0, "hours": 0, "minutes": minutes}

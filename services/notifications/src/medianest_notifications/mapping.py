"""Between rows and contracts."""

from typing import Any

from medianest_common.contracts.notifications import Notification, NotificationType


def as_notification(row: Any) -> Notification:
    """From an `Entry` or from a row with its columns."""
    return Notification(
        seq=row.seq,
        id=row.id,
        type=NotificationType(row.type),
        title=row.title,
        body=row.body,
        link=row.link,
        data=row.data,
        created_at=row.created_at,
        read_at=row.read_at,
        dismissed_at=row.dismissed_at,
        pinned_at=row.pinned_at,
    )

"""What the notifications service holds about the caller."""

from typing import Any

from sqlalchemy import Select, select

from medianest_common.bus import require_person
from medianest_common.contracts.notifications import ExportUserData
from medianest_common.contracts.personal import PersonalData
from medianest_common.db.personal import personal_data
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Entry, Head, Recipient


async def export_person(app: NotificationsApp, query: ExportUserData) -> PersonalData:
    me, e = require_person().user_id, Entry
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "recipients": select(Recipient.name, Recipient.role).where(Recipient.user_id == me),
        "heads": select(Head.head, Head.unread).where(Head.user_id == me),
        "entries": select(
            e.seq, e.type, e.title, e.body, e.link, e.data, e.created_at, e.read_at, e.dismissed_at
        )
        .where(e.user_id == me)
        .order_by(e.seq),
    }
    async with app.db.read() as connection:
        return await personal_data(connection, tables, cursor=query.cursor)

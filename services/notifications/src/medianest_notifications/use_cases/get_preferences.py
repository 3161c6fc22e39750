"""What the caller wants to be told, where and when: the whole matrix, defaults included."""

from collections.abc import Sequence
from datetime import time

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.notifications.preferences import (
    PreferenceCell,
    Preferences,
    QuietHours,
    TypeRow,
)
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Channel, Recipient
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import DAILY_AT, Endpoint, Reader
from medianest_notifications.repository.preferences import Choices, quiet_hours
from medianest_notifications.repository.preferences import Preferences as SavedPreferences

LOCALE = "en"


async def get_preferences(app: NotificationsApp) -> Preferences:
    async with app.db.transaction() as tx:
        return await shown_to(app, tx, require_caller())


async def shown_to(app: NotificationsApp, tx: Transaction, caller: Caller) -> Preferences:
    saved = await SavedPreferences(tx.session).get(caller.user_id)
    person = await tx.session.get(Recipient, caller.user_id)
    reader = Reader(role=caller.role, choices=await Choices(tx.session).of(caller.user_id))
    mine = select(Channel).where(Channel.user_id == caller.user_id).order_by(Channel.id)
    endpoints = [Endpoint(each.id, each.kind, each.state) for each in await tx.session.scalars(mine)]
    quiet = quiet_hours(saved)
    return Preferences(
        version=saved.version if saved else 0,
        locale=saved.locale if saved else (person and person.locale) or LOCALE,
        zone=saved.zone if saved else (person and person.zone) or app.household_zone,
        quiet_hours=QuietHours(start=in_words(quiet.start), end=in_words(quiet.end)) if quiet else None,
        daily_at=in_words(saved.daily_at if saved else DAILY_AT),
        rows=_rows(reader, endpoints),
        updated_at=saved.updated_at if saved else None,
    )


def in_words(moment: time) -> str:
    return f"{moment:%H:%M}"


def _rows(reader: Reader, endpoints: Sequence[Endpoint]) -> list[TypeRow]:
    return [
        TypeRow(
            type=kind,
            cells=[
                PreferenceCell(
                    channel_id=channel.id if channel else None,
                    mode=reader.mode(kind, channel),
                    default=meaning.default(reader.role, channel.kind if channel else None),
                    fixed=channel is None and meaning.always_in_inbox,
                )
                for channel in (None, *endpoints)
            ],
        )
        for kind, meaning in MEANINGS.items()
        if reader.role in meaning.hearers.value
    ]

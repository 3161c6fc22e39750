"""Who there is, what of them is kept here, and that they have left."""

from medianest_common.contracts.auth import (
    UserChange,
    UserChanged,
    UserCreated,
)
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.notifications import (
    ExportUserData,
)
from medianest_common.contracts.personal import PersonalData
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.repository import Recipients


@handlers.rpc
async def export_person(query: ExportUserData, app: NotificationsApp) -> PersonalData:
    return await use_cases.export_person(app, query)


@handlers.on(UserDeleted)
async def person_left(event: UserDeleted, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.erase_person(app, tx, event)


@handlers.on(UserCreated, UserChanged)
async def learn_person(event: UserChange, app: NotificationsApp, tx: Transaction) -> None:
    await Recipients(tx.session).learn(
        {
            "user_id": event.user_id,
            "name": event.name,
            "role": event.role.value,
            "suspended": event.suspended,
            "locale": event.locale,
            "zone": event.time_zone,
            "version": event.version,
        }
    )
    await use_cases.expect_access(tx, event)

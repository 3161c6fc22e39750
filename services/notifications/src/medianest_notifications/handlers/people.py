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


@handlers.rpc
async def export_person(query: ExportUserData, app: NotificationsApp) -> PersonalData:
    return await use_cases.export_person(app, query)


@handlers.on(UserDeleted)
async def person_left(event: UserDeleted, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.erase_person(app, tx, event)


@handlers.on(UserCreated, UserChanged)
async def learn_person(event: UserChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.learn_person(app, tx, event)

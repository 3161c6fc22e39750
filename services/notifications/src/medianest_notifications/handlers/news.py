"""What comes into the library, and who may see it."""

from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers

_ARRIVALS_SECONDS = 10.0
_MANY_SECONDS = 5.0


@handlers.on(ItemAdded, ItemChanged, ItemRemoved)
async def item_told(event: ItemEvent, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.hear_of_item(app, tx, event)


@handlers.on(LibraryAccessChanged)
async def access_changed(event: LibraryAccessChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.learn_access(tx, event)


@handlers.every(_ARRIVALS_SECONDS)
async def tell_arrivals(app: NotificationsApp) -> None:
    await use_cases.tell_arrivals(app)


@handlers.every(_MANY_SECONDS)
async def tell_many(app: NotificationsApp) -> None:
    await use_cases.tell_many(app)

"""What is in the household's own library, and what runs by the clock."""

from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.db import Transaction
from medianest_media import jobs
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.take_stock import take_stock


@handlers.on(ItemAdded, ItemChanged, ItemRemoved, concurrency=4)
async def on_library_item(event: ItemEvent, app: MediaApp, tx: Transaction) -> None:
    await take_stock(app, tx, event)


handlers.every(jobs.TICK_SECONDS)(jobs.poll)
handlers.every(jobs.FORGET_SECONDS)(jobs.forget_gone)

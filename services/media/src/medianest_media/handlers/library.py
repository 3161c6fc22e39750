"""What is in the household's own library, and what runs by the clock."""

from medianest_common.contracts.plex.library import (
    ItemAdded,
    ItemChanged,
    ItemEvent,
    ItemRemoved,
    LibraryTold,
)
from medianest_common.db import Transaction
from medianest_media import jobs
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.count_requests import show_counts
from medianest_media.use_cases.take_census import close_census, take_census
from medianest_media.use_cases.take_stock import take_stock

CENSUS_SECONDS = 120.0
SHOW_COUNTS_SECONDS = 60.0


@handlers.on(ItemAdded, ItemChanged, ItemRemoved, concurrency=4)
async def on_library_item(event: ItemEvent, app: MediaApp, tx: Transaction) -> None:
    await take_stock(app, tx, event)


@handlers.on(LibraryTold)
async def on_library_told(event: LibraryTold, app: MediaApp, tx: Transaction) -> None:
    await close_census(tx, event)


@handlers.every(CENSUS_SECONDS)
async def census(app: MediaApp) -> None:
    await take_census(app)


handlers.every(jobs.TICK_SECONDS)(jobs.poll)
handlers.every(SHOW_COUNTS_SECONDS)(show_counts)
handlers.every(jobs.FORGET_SECONDS)(jobs.forget_gone)

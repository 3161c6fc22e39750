"""Requests that come by themselves from watchlists at Plex."""

from medianest_common.contracts.auth import SessionRevoked
from medianest_common.contracts.base import Page
from medianest_common.contracts.media import watchlist
from medianest_common.contracts.plex.watchlist import WatchlistItemRemoved, WatchlistRead
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.choose_watchlist import get_watchlist, set_watchlist
from medianest_media.use_cases.hear_watchlist import forget_removed, hear_watchlist
from medianest_media.use_cases.list_watchlists import list_watchlists
from medianest_media.use_cases.request_from_watchlist import look_again, request_from_watchlist
from medianest_media.use_cases.stop_watchlist import stop_watchlist

LOOK_SECONDS = 15.0


@handlers.rpc
async def on_get_watchlist(query: watchlist.GetWatchlist, app: MediaApp) -> watchlist.Watchlist:
    return await get_watchlist(app, query)


@handlers.rpc
async def on_set_watchlist(command: watchlist.SetWatchlist, app: MediaApp) -> watchlist.Watchlist:
    return await set_watchlist(app, command)


@handlers.rpc
async def on_list_watchlists(
    query: watchlist.ListWatchlists, app: MediaApp
) -> Page[watchlist.WatchlistPerson]:
    return await list_watchlists(app, query)


@handlers.on(WatchlistRead, concurrency=4)
async def on_watchlist_read(event: WatchlistRead, app: MediaApp, tx: Transaction) -> None:
    await hear_watchlist(app, tx, event)


@handlers.on(WatchlistItemRemoved)
async def on_watchlist_item_removed(event: WatchlistItemRemoved, app: MediaApp, tx: Transaction) -> None:
    await forget_removed(tx, event)


@handlers.on(SessionRevoked)
async def on_turned_away(event: SessionRevoked, app: MediaApp, tx: Transaction) -> None:
    await stop_watchlist(app, tx, event)


@handlers.job(concurrency=2, ack_wait=60)
async def on_request_from_watchlist(job: watchlist.RequestFromWatchlist, app: MediaApp) -> None:
    await request_from_watchlist(app, job)


handlers.every(LOOK_SECONDS)(look_again)

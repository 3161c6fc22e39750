"""Watchlists at Plex."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.contracts.plex.watchlist import OfferAccountToken, RemoveFromWatchlist
from medianest_common.db import Transaction
from medianest_plex import jobs, watchlists
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases import follow_watchlist as watchlist


@handlers.rpc
async def take_account_token(command: OfferAccountToken, app: PlexApp) -> Nothing:
    return await watchlist.take_account_token(app, command)


@handlers.rpc
async def remove_from_watchlist(command: RemoveFromWatchlist, app: PlexApp) -> Nothing:
    return await watchlist.remove_from_watchlist(app, command)


@handlers.on(WatchlistSwitched)
async def watchlist_switched(event: WatchlistSwitched, app: PlexApp, tx: Transaction) -> None:
    await watchlist.follow_watchlist(app, tx, event)


@handlers.every(jobs.WATCHLIST_SECONDS)
async def read_watchlists(app: PlexApp) -> None:
    await watchlists.read_due(app)

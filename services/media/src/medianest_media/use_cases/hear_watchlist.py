"""The plex service tells what is on somebody's watchlist."""

from datetime import timedelta

from sqlalchemy import delete

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.watchlist import RequestFromWatchlist, WatchlistState
from medianest_common.contracts.plex.watchlist import WatchlistItem as Told
from medianest_common.contracts.plex.watchlist import WatchlistItemRemoved, WatchlistRead
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.models import WatchlistItem
from medianest_media.repository.watching import WatchlistItems, Watchlists

_LEFT_FOR = timedelta(minutes=10)
"""Less than that, and it was a list that came short and not somebody who changed their mind."""
_REMEMBERED = timedelta(days=180)
_NO_NUMBER = "Plex does not say which title of TMDB this is."


async def hear_watchlist(app: MediaApp, tx: Transaction, event: WatchlistRead) -> None:
    row = await Watchlists(tx.session).get(event.user_id, lock=True)
    if row is None or not row.enabled or not app.settings.watchlist_requests:
        return
    if event.at < row.changed_at or (row.read_at is not None and event.at < row.read_at):
        return
    row.problem = event.problem
    if event.items is None:
        return
    row.read_at = event.at
    known = await WatchlistItems(tx.session).of(event.user_id)
    for position, told in enumerate(event.items):
        _keep(tx, event, told, known.get(told.rating_key), position=position)
    here = {told.rating_key for told in event.items} | set(event.untold)
    for key, item in known.items():
        if key not in here and item.left_at is None and not event.has_gaps:
            item.left_at = event.at
    await tx.session.flush()
    await tx.session.execute(
        delete(WatchlistItem).where(
            WatchlistItem.user_id == event.user_id, WatchlistItem.left_at < event.at - _REMEMBERED
        )
    )
    tx.enqueue(RequestFromWatchlist(user_id=event.user_id))


async def forget_removed(tx: Transaction, event: WatchlistItemRemoved) -> None:
    item = await WatchlistItems(tx.session).get((event.user_id, event.rating_key), lock=True)
    if item is not None and item.left_at is None and item.first_seen_at <= event.at:
        item.left_at = event.at


def _keep(
    tx: Transaction, event: WatchlistRead, told: Told, item: WatchlistItem | None, *, position: int
) -> None:
    if item is None:
        item = WatchlistItem(
            user_id=event.user_id,
            rating_key=told.rating_key,
            first_seen_at=event.at,
            left_at=None,
            returned_at=event.read_before,
        )
        tx.session.add(item)
        _waits(event, told, item)
    elif item.left_at is not None and event.at <= item.left_at:
        return  # this was read before it left
    elif item.left_at is not None and event.at - item.left_at > _LEFT_FOR:
        # Put on the list once more, which is asking once more.
        item.returned_at, item.first_seen_at = event.read_before or event.at, event.at
        _waits(event, told, item)
    elif item.tmdb_id != told.tmdb_id:
        _waits(event, told, item)
    item.left_at = None
    item.position = position
    item.media_type = MediaType.TV if told.is_show else MediaType.MOVIE
    item.title, item.year = told.title, told.year


def _waits(event: WatchlistRead, told: Told, item: WatchlistItem) -> None:
    item.tmdb_id, item.request_id = told.tmdb_id, None
    if told.tmdb_id is None:
        item.state, item.reason, item.due_at = WatchlistState.SKIPPED.value, _NO_NUMBER, None
    else:
        item.state, item.reason, item.due_at = WatchlistState.WAITING.value, None, event.at

"""Nobody who is not let in goes on asking by way of a list. Whoever is let in again switches it on anew."""

from medianest_common.contracts.auth import RevocationReason, SessionRevoked
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.models import WatchlistItem
from medianest_media.repository.watching import WatchlistItems, Watchlists


async def stop_watchlist(app: MediaApp, tx: Transaction, event: SessionRevoked) -> None:
    """Requests that were made stay, as when they had switched it off themselves."""
    if event.session_id is not None or event.reason is not RevocationReason.SUSPENDED:
        return
    row = await Watchlists(tx.session).get(event.user_id, lock=True)
    if row is None or not row.enabled or row.changed_at > event.not_before:
        return
    now = app.clock.now()
    row.enabled, row.changed_at, row.read_at, row.problem = False, now, None, None
    tx.emit(WatchlistSwitched(user_id=event.user_id, enabled=False, at=now))
    await WatchlistItems(tx.session).delete(WatchlistItem.user_id == event.user_id)

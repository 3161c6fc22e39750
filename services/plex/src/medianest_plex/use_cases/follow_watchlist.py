"""Somebody's watchlist is read, or no longer; with the token they sign in with; and they take things off it."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.bus import require_person
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.contracts.plex.watchlist import (
    OfferAccountToken,
    RemoveFromWatchlist,
    WatchlistItemRemoved,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict
from medianest_plex.adapters.discover import AccountTokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.models import Watchlist
from medianest_plex.repository import Members
from medianest_plex.watchlists import SIGN_IN, Watchlists, cell, token_of


class SignInWithPlex(Conflict):
    """Sign in with Plex, or link the account, so that one's own list can be read."""

    title = "Plex has to be asked with your own account"


async def follow_watchlist(app: PlexApp, tx: Transaction, event: WatchlistSwitched) -> None:
    """Of two switches the later one holds, in whatever order they come."""
    row = await _row(app, tx, event.user_id)
    if row is None or (row.switched_at is not None and row.switched_at >= event.at):
        return
    row.wanted, row.switched_at = event.enabled, event.at
    row.etag = row.told = row.problem = row.read_at = None
    row.next_at = app.clock.now()


async def take_account_token(app: PlexApp, command: OfferAccountToken) -> Nothing:
    if not app.settings.watchlist_requests:
        return Nothing()
    async with app.db.transaction() as tx:
        row = await _row(app, tx, command.user_id)
        if row is None:
            return Nothing()
        now = app.clock.now()
        row.account_token = app.seal_accounts.seal(command.account_token, cell=cell(command.user_id))
        row.offered_at = row.next_at = now
        row.etag = None
    return Nothing()


async def remove_from_watchlist(app: PlexApp, command: RemoveFromWatchlist) -> Nothing:
    me = require_person().user_id
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(me)
    token = token_of(app, row) if row else None
    if token is None:
        raise SignInWithPlex(SIGN_IN)
    try:
        await app.discover.remove(token, command.rating_key)
    except AccountTokenRefused:
        raise SignInWithPlex(SIGN_IN) from None
    async with app.db.transaction() as tx:
        known = await Watchlists(tx.session).get(me, lock=True)
        if known is not None:
            known.etag = None
        tx.emit(WatchlistItemRemoved(user_id=me, rating_key=command.rating_key, at=app.clock.now()))
    return Nothing()


async def _row(app: PlexApp, tx: Transaction, user_id: UUID) -> Watchlist | None:
    """Locked, and made where there is none; None for somebody who has left."""
    member = await Members(tx.session).get(user_id)
    if member is not None and member.erased_at is not None:
        return None
    made = upsert(Watchlist).values(user_id=user_id, wanted=False, next_at=app.clock.now())
    await tx.session.execute(made.on_conflict_do_nothing())
    return await Watchlists(tx.session).get(user_id, lock=True)

"""Somebody has left: their access to the server goes, and whatever was kept of what only they saw."""

from datetime import timedelta

from medianest_common.bus.forgetting import forget_events
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.plex import ForgetEvents, MemberRefused, UserDataErased
from medianest_common.contracts.plex.connection import ConnectionChanged
from medianest_common.contracts.plex.decided import AdminDecided
from medianest_common.contracts.plex.watchlist import WatchlistItemRemoved, WatchlistRead
from medianest_common.db import Transaction
from medianest_plex.app import PlexApp
from medianest_plex.models import Copy, GivenAccount, Play, PlayDay, Session, Viewer, Watchlist
from medianest_plex.owner_account import GivenAccounts
from medianest_plex.repository import Copies, Members, PlayDays, Plays, Sessions, Viewers
from medianest_plex.viewers import accounts_of
from medianest_plex.watchlists import Watchlists

_HEARD_WITHIN = timedelta(seconds=2)
_NAME_PEOPLE = [
    WatchlistRead.subject,
    WatchlistItemRemoved.subject,
    MemberRefused.subject,
    AdminDecided.subject,
]


async def erase_member(app: PlexApp, event: UserDeleted, tx: Transaction) -> None:
    """An empty row stays as a mark that nothing may bring back. Figures about everybody together stay as they are."""
    connection = await tx.session.connection()
    accounts = await accounts_of(connection, event.user_id)
    removed = {
        "plays": await Plays(tx.session).delete(Play.account_id.in_(accounts)),
        "sessions": await Sessions(tx.session).delete(Session.account_id.in_(accounts)),
        "play_days": await PlayDays(tx.session).delete(PlayDay.scope.in_(accounts)),
        "viewers": await Viewers(tx.session).delete(Viewer.account_id.in_(accounts)),
        "members": await Members(tx.session).erase(event.user_id, now=app.clock.now()),
        "owner_accounts": await GivenAccounts(tx.session).delete(GivenAccount.user_id == event.user_id),
        "watchlists": await Watchlists(tx.session).delete(Watchlist.user_id == event.user_id),
        "copies": await Copies(tx.session).delete(Copy.audience == event.user_id.hex),
    }
    if removed["owner_accounts"]:
        tx.emit(ConnectionChanged())
    tx.enqueue(ForgetEvents(user_id=event.user_id), delay=_HEARD_WITHIN)
    tx.emit(UserDataErased(user_id=event.user_id, removed={table: n for table, n in removed.items() if n}))
    tx.after_commit(lambda: app.cache.invalidate_tag(event.user_id.hex))


async def forget_told(app: PlexApp, job: ForgetEvents) -> None:
    """What the bus still holds of it, such as what was on their watchlist."""
    await forget_events(app.bus.js, service="plex", user_id=job.user_id, subjects=_NAME_PEOPLE)

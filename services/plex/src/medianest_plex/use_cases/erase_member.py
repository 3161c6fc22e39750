"""Somebody has left: their access to the server goes, and whatever was kept of what only they saw."""

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.plex import UserDataErased
from medianest_common.db import Transaction
from medianest_plex.app import PlexApp
from medianest_plex.models import Copy
from medianest_plex.repository import Copies, Members


async def erase_member(app: PlexApp, event: UserDeleted, tx: Transaction) -> None:
    """An empty row stays as a mark that nothing may bring back."""
    removed = {
        "members": await Members(tx.session).erase(event.user_id, now=app.clock.now()),
        "copies": await Copies(tx.session).delete(Copy.audience == event.user_id.hex),
    }
    tx.emit(UserDataErased(user_id=event.user_id, removed={table: n for table, n in removed.items() if n}))
    tx.after_commit(lambda: app.cache.invalidate_tag(event.user_id.hex))

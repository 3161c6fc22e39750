"""What the auth service tells about somebody."""

from medianest_common.contracts.auth import UserChange
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.moves import owe
from medianest_media.repository import People, Requests


async def learn_person(app: MediaApp, tx: Transaction, change: UserChange) -> None:
    """Whose Plex account becomes known may have requests that waited for it."""
    await People(tx.session).learn(change)
    if change.plex_id is not None:
        for request in await Requests(tx.session).held_back(change.user_id):
            owe(tx, request, now=app.clock.now())

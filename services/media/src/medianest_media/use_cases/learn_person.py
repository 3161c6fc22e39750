"""What the auth service tells about somebody."""

from medianest_common.contracts.auth import UserChange
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.moves import owe
from medianest_media.repository import People, Requests
from medianest_media.use_cases.match_imported import one_at_a_time
from medianest_media.use_cases.take_over_imported import take_over_imported


async def learn_person(app: MediaApp, tx: Transaction, change: UserChange) -> None:
    """Whose Plex account becomes known may have requests that waited for it, or that were imported."""
    if change.plex_id is not None:
        await one_at_a_time(tx, change.plex_id)
    await People(tx.session).learn(change)
    if change.plex_id is not None:
        await take_over_imported(tx, change.user_id, change.plex_id)
        for request in await Requests(tx.session).held_back(change.user_id):
            owe(tx, request, now=app.clock.now())

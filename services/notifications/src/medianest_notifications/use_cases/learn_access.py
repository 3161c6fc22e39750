"""Which libraries people may see, as the plex service tells."""

from datetime import UTC, datetime

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_common.db import Transaction
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.news import Accesses

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


async def learn_access(tx: Transaction, event: LibraryAccessChanged) -> None:
    if await Recipients(tx.session).has_left(event.user_id):
        return
    await Accesses(tx.session).learn(
        event.user_id, machine_identifier=event.machine_identifier, keys=event.library_keys, at=event.at
    )


async def expect_access(tx: Transaction, event: UserChange) -> None:
    """Whoever has a Plex account is told of nothing before it is known what they may see."""
    if event.plex_id is not None and not await Recipients(tx.session).has_left(event.user_id):
        await Accesses(tx.session).expect(event.user_id, at=_BEFORE_ALL)

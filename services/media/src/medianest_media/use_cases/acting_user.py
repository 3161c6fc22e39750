"""As whom a person's request is filed in the backend. People are matched by their Plex account and by nothing else: an
address one could type in oneself must not lend anybody another's rights."""

from uuid import UUID

from medianest_media.app import MediaApp
from medianest_media.integrations import is_still_there
from medianest_media.repository import People


async def acting_user(app: MediaApp, user_id: UUID) -> int | None:
    """None where nobody has an account over there."""
    if not app.backend.keeps_pending:
        return None
    async with app.db.look() as session:
        person = await People(session).get(user_id)
    if person is None or person.backend_user_id is not None or person.plex_id is None:
        return person.backend_user_id if person else None
    found = await app.backend.user_of(person.plex_id)
    if found is not None:
        await _remember(app, user_id, found)
    return found


async def forget_acting_user(app: MediaApp, user_id: UUID) -> None:
    """It was deleted over there; the next attempt looks again."""
    await _remember(app, user_id, None)


async def _remember(app: MediaApp, user_id: UUID, backend_user_id: int | None) -> None:
    async with app.db.transaction() as tx:
        if not await is_still_there(tx, app.overseerr_place):
            return  # Another has come into its place meanwhile, which knows other numbers.
        person = await People(tx.session).get(user_id, lock=True)
        if person is not None and person.erased_at is None:
            person.backend_user_id = backend_user_id

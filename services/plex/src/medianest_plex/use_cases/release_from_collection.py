import asyncio
from collections.abc import Sequence

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex.arriving import ReleaseFromCollection
from medianest_plex.adapters import changing
from medianest_plex.app import PlexApp
from medianest_plex.arranging import alone_with, collection_called
from medianest_plex.collecting import asking_plex, changed, each_batch, members_of

_AT_MOST_SECONDS = 60.0


async def release_from_collection(app: PlexApp, command: ReleaseFromCollection) -> Nothing:
    """What somebody else has put into it stays in it. May be done again."""
    section, title = command.library_key, command.title
    if app.set_up is None or not command.rating_keys:
        return Nothing()
    async with asyncio.timeout(_AT_MOST_SECONDS), app.db.transaction() as tx:
        await alone_with(tx, section, title)
        async with asking_plex():
            released = await _release(app, section, title, set(command.rating_keys))
    if released:
        await changed(app, section)
    return Nothing()


async def _release(app: PlexApp, section: str, title: str, keys: set[str]) -> bool:
    pms, token = app.plex.pms, app.plex.token
    collection = await collection_called(app, section, title)
    if collection is None:
        return False
    members = await members_of(app, collection.key)
    going = [key for key in members if key in keys]
    if not going:
        return False
    if len(going) == len(members):
        await changing.delete_collection(pms, collection, token=token)
        return True

    async def take_out(some: Sequence[str]) -> None:
        for key in some:
            await changing.remove_item(pms, collection.key, key, token=token)

    await each_batch(going, take_out, size=1)
    return True

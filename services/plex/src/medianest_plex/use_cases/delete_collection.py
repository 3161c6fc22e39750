from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.changes import DeleteCollection
from medianest_plex.adapters import changing
from medianest_plex.app import PlexApp
from medianest_plex.auditing import decided
from medianest_plex.collecting import asking_plex, changed, the_collection
from medianest_plex.forgetting import forget_collection


async def delete_collection(app: PlexApp, command: DeleteCollection) -> Nothing:
    """What was in it stays in its library."""
    require(Permission.MANAGE_LIBRARY)
    async with asking_plex():
        collection = await the_collection(app, command.rating_key)
        await changing.delete_collection(app.plex.pms, collection, token=app.plex.token)
    await forget_collection(app, collection.key)
    async with app.db.transaction() as tx:
        decided(tx, "collection_delete", f"collection:{collection.key}")
    await changed(app, collection.section or "")
    return Nothing()

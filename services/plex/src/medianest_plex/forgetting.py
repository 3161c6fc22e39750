"""A collection that was deleted through us leaves the index at once: nobody has to see it missing twice."""

from sqlalchemy import delete

from medianest_plex.app import PlexApp
from medianest_plex.models import Item, Library
from medianest_plex.repository import present_server
from medianest_plex.sync.telling import tell_removed


async def forget_collection(app: PlexApp, rating_key: str) -> None:
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None:
        return
    async with app.db.transaction() as tx:
        gone = await tx.session.execute(
            delete(Item)
            .where(Item.server_id == server.id, Item.rating_key == int(rating_key), Item.type == "collection")
            .returning(*Item.__table__.columns)
        )
        for row in gone.mappings().all():
            library = await tx.session.get_one(Library, row["library_id"])
            await tell_removed(tx, server, library, [dict(row)], now=app.clock.now())

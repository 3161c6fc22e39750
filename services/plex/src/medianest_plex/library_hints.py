"""That something has changed in a library, for whichever replica keeps the index."""

from sqlalchemy import select, update

from medianest_plex.app import PlexApp
from medianest_plex.models import Library, Server


async def hint(app: PlexApp, section: str) -> None:
    app.hints.add(section)
    present = select(Server.id).order_by(Server.last_seen_at.desc()).limit(1).scalar_subquery()
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Library)
            .where(Library.server_id == present, Library.key == int(section))
            .values(hinted_at=app.clock.now())
        )


async def hint_libraries(app: PlexApp, type: str) -> None:
    """All of this type. Whichever of them it is in, a look at the others costs little."""
    present = select(Server.id).order_by(Server.last_seen_at.desc()).limit(1).scalar_subquery()
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Library)
            .where(Library.server_id == present, Library.type == type)
            .values(hinted_at=app.clock.now())
        )

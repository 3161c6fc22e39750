"""Events are kept for some time only. Who was away for longer takes a census, and is told everything anew."""

import structlog
from sqlalchemy import select, text

from medianest_common.contracts.plex.library import (
    GetLibraryCensus,
    LibraryCensus,
    LibraryTold,
    TellLibraryAgain,
)
from medianest_plex.app import PlexApp
from medianest_plex.models import Item, Library
from medianest_plex.repository import present_server
from medianest_plex.sync.telling import TOLD, tell_again

log = structlog.get_logger()

_AT_ONCE = 500
# Seasons are known by their show, and to those who listen only with a number.
_CENSUS = text("""
    select count(*) as items, coalesce(bit_xor(('x' || left(md5(concat_ws('|',
               i.rating_key,
               case when i.type <> 'season' then coalesce(i.tmdb_id::text, '') else '' end,
               case when i.type <> 'season' then coalesce(i.tvdb_id::text, '') else '' end,
               case when i.type <> 'season' then coalesce(i.imdb_id, '') else '' end,
               case when i.type = 'season' then i.index::text else '' end,
               case when i.type <> 'movie' then coalesce(i.leaf_count::text, '') else '' end,
               case when i.extra->'resolutions' ? '4k' then '4k' else '' end
               )), 16))::bit(64)::bigint), 0)
               as fingerprint
      from items i
     where i.server_id = :server
       and (i.type in ('movie', 'show') or i.type = 'season' and i.index is not null and i.parent_key is not null)
""")
_BEING_READ = text("""
    select exists (select from libraries where server_id = :server and type in ('movie', 'show') and complete_at is null
                                           and gone_since is null)
        or not exists (select from libraries where server_id = :server)
""")


async def get_library_census(app: PlexApp, _: GetLibraryCensus) -> LibraryCensus:
    async with app.db.read() as connection:
        server = await present_server(connection)
        if server is None:
            return LibraryCensus(machine_identifier=None, complete=False)
        values = {"server": server.id}
        being_read = (await connection.execute(_BEING_READ, values)).scalar_one()
        row = (await connection.execute(_CENSUS, values)).one()
    return LibraryCensus(
        machine_identifier=server.machine_identifier,
        complete=not being_read,
        items=row.items,
        fingerprint=row.fingerprint,
    )


async def tell_library_again(app: PlexApp, _: TellLibraryAgain) -> None:
    """In the order of the numbers, a batch in each transaction; twice is as good as once."""
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None:
        return
    began_at, after, told = app.clock.now(), -1, 0
    while True:
        async with app.db.transaction() as tx:
            page = (
                select(*Item.__table__.columns)
                .where(Item.server_id == server.id, Item.rating_key > after, Item.type.in_(TOLD))
                .order_by(Item.rating_key)
                .limit(_AT_ONCE)
            )
            rows = [dict(row) for row in (await tx.session.execute(page)).mappings()]
            found = await tx.session.scalars(select(Library).where(Library.server_id == server.id))
            await tell_again(
                tx, server, {library.id: library for library in found}, rows, now=app.clock.now()
            )
            told += len(rows)
            if len(rows) < _AT_ONCE:
                tx.emit(LibraryTold(machine_identifier=server.machine_identifier, began_at=began_at))
                break
            after = rows[-1]["rating_key"]
    log.info("library_told_again", items=told)

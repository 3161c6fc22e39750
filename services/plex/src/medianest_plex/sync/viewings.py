"""How often the owner has seen something: no list of changes names it, so it is looked up by number."""

from collections.abc import Iterable

import structlog
from sqlalchemy import text

from medianest_common.errors import MediaNestError
from medianest_plex.app import PlexApp
from medianest_plex.repository import present_server

log = structlog.get_logger()

_MOST = 50
"""Numbers in one address."""
_WITH_PARENTS = text("""
    select distinct key from items i, unnest(array[i.rating_key, i.parent_key, i.grandparent_key]) as key
     where i.server_id = :server and i.rating_key = any(cast(:keys as bigint[])) and key is not null
     order by key limit :most
""")
# In the order of everybody who writes here. Without a digest the next list that names the item is taken as it is.
_KEEP = text("""
    with changed as (
        select items.rating_key, views.count
          from unnest(cast(:keys as bigint[]), cast(:counts as bigint[])) as views(key, count)
          join items on items.server_id = :server and items.rating_key = views.key
         where items.view_count <> views.count
         order by items.rating_key
           for update of items)
    update items set view_count = changed.count, digest = ''
      from changed where items.server_id = :server and items.rating_key = changed.rating_key
""")


async def read_views(app: PlexApp, keys: Iterable[int]) -> None:
    """Of these items and of what they are part of. Ends quietly when Plex is away; the next full pass mends that."""
    wanted = list(keys)
    async with app.db.read() as connection:
        server = await present_server(connection)
        if server is None or not wanted:
            return
        values = {"server": server.id, "keys": wanted, "most": _MOST}
        known = list((await connection.execute(_WITH_PARENTS, values)).scalars())
    if not known:
        return
    try:
        views = await app.plex.pms.views(known, token=app.plex.token)
    except MediaNestError as error:
        log.info("plex_views_not_read", reason=error.code)
        return
    async with app.db.transaction() as tx:
        await tx.session.execute(
            _KEEP, {"server": server.id, "keys": list(views), "counts": list(views.values())}
        )

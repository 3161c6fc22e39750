"""How far the index has got with each library of the present server, for whoever looks after it."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping, text

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.indexing import GetSyncState, LibrarySync, SyncState
from medianest_plex.app import PlexApp

_HEARD_WITHIN = timedelta(minutes=2)
"""A pass that was killed does not say that it has ended."""
_STATE = text("""
    select l.key, l.title, l.type, l.item_count, l.dropped, l.complete_at, l.checked_at, l.asked_at, l.pass_seen_at,
           l.pass_read, (select count(*) from items i where i.library_id = l.id and i.gone_since is not null) as missing
      from libraries l
     where l.server_id = (select id from servers order by last_seen_at desc limit 1)
       and l.type in ('movie', 'show', 'artist')
     order by l.position
""")


async def get_sync_state(app: PlexApp, _: GetSyncState) -> SyncState:
    require(Permission.MANAGE_LIBRARY)
    async with app.db.read() as connection:
        rows = (await connection.execute(_STATE)).mappings().all()
    return SyncState(items=[_shown(row, now=app.clock.now()) for row in rows])


def _shown(row: RowMapping, *, now: datetime) -> LibrarySync:
    running = row["pass_seen_at"] is not None and now - row["pass_seen_at"] < _HEARD_WITHIN
    return LibrarySync(
        key=str(row["key"]),
        title=row["title"],
        type=row["type"],
        items=row["item_count"],
        missing=row["missing"],
        dropped=row["dropped"],
        last_full_pass_at=row["complete_at"],
        last_look_at=row["checked_at"],
        running=running,
        read=row["pass_read"] if running else None,
        asked_for=row["asked_at"] is not None,
    )

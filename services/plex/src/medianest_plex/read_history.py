"""Reads the server's own history, so that ours begins before the portal did and has no gaps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text

from medianest_common.clock import uuid7
from medianest_common.contracts.plex.playback import HistoryMode
from medianest_plex.adapters import playing
from medianest_plex.adapters.viewing import account_names, history
from medianest_plex.app import PlexApp
from medianest_plex.models import Server
from medianest_plex.playback import household_time
from medianest_plex.plays import Plays
from medianest_plex.repository import present_server

log = structlog.get_logger()

PAGE = 200
_OVERLAP = timedelta(days=1)
"""Read again each time: players that were offline tell late what was watched."""
_AGAIN_AFTER = timedelta(minutes=10)
_PATIENCE = timedelta(hours=1)
"""So long a new server may take to be indexed before its history is read all the same."""
_STATE = text("""
    select not exists (select from readings where server_id = :server and history_at > :before) as is_due,
           coalesce(bool_and(complete_at is not null), false) as is_indexed
      from libraries where server_id = :server and type in ('movie', 'show', 'artist') and gone_since is null
""")
_BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)


async def read_history_if_due(app: PlexApp) -> None:
    """Now and then; for the first time once the index is there, which knows how long things are."""
    now = app.clock.now()
    async with app.db.read() as connection:
        server = await present_server(connection)
        if server is None:
            return
        values = {"server": server.id, "before": now - _AGAIN_AFTER}
        reading = (await connection.execute(_STATE, values)).one()
    is_new = now - server.first_seen_at < _PATIENCE
    if reading.is_due and (reading.is_indexed or not is_new):
        await read_history(app)


async def read_history(app: PlexApp) -> int:
    """Returns how many plays were new. Goes on where it was interrupted; what is known already changes nothing."""
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None or app.settings.plex_history is HistoryMode.OFF:
        return 0
    names = await account_names(app.plex.pms, token=app.plex.token)
    async with app.db.transaction() as tx:
        plays = Plays(tx.session)
        await plays.take_turns(server.id)
        await plays.name_viewers(server.id, names)
        until = await plays.history_until(server.id) or _BEGINNING
    new = await _read_from(app, server, until)
    async with app.db.transaction() as tx:
        await Plays(tx.session).history_read_at(server.id, app.clock.now())
    if new:
        log.info("plex_history_read", plays=new)
    return new


async def _read_from(app: PlexApp, server: Server, until: datetime) -> int:
    oldest = kept_since(app) or _BEGINNING
    since = max(until - _OVERLAP, oldest)
    start, new, last_page = 0, 0, None
    while True:
        page = await history(
            app.plex.pms, start=start, size=PAGE, since=int(since.timestamp()), token=app.plex.token
        )
        start += len(page.documents)
        # A server that ignores paging answers the same again and again.
        if not page.documents or page.documents == last_page:
            return new
        last_page = page.documents
        entries = [e for e in playing.read_history(page.documents) if e["viewed_at"] >= oldest]
        until = min(max([until, *(e["viewed_at"] for e in entries)]), app.clock.now())
        new += await _keep(app, server, entries, until=until)
        if page.total is not None and start >= page.total:
            return new


async def _keep(app: PlexApp, server: Server, entries: list[playing.Facts], *, until: datetime) -> int:
    zone = ZoneInfo(app.settings.timezone)
    rows = [entry | household_time(entry["viewed_at"], zone) | {"id": uuid7()} for entry in entries]
    async with app.db.transaction() as tx:
        plays = Plays(tx.session)
        await plays.take_turns(server.id)
        return await plays.import_entries(server.id, rows, until=until)


def kept_since(app: PlexApp) -> datetime | None:
    """Nothing older is kept; None where everything is."""
    days = app.settings.plex_history_days
    return app.clock.now() - timedelta(days=days) if days else None

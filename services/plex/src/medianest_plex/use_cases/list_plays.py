from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from medianest_common.contracts.plex.playback import HistoryMode, ListPlays, PlayHistory
from medianest_common.db.repository import after
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_plex.app import PlexApp
from medianest_plex.models import Play, Server
from medianest_plex.played import as_play
from medianest_plex.repository import present_server
from medianest_plex.use_cases.whose_plays import whose_plays
from medianest_plex.viewers import read_viewers

_ORDER = "plays"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def list_plays(app: PlexApp, query: ListPlays) -> PlayHistory:
    """The newest first. Each combination of person and library has its index: a page costs the same wherever it is."""
    mode = app.settings.plex_history
    async with app.db.read() as connection:
        accounts = await whose_plays(app, connection, mine=query.mine, user=query.user, account=query.account)
        reached = _reached(query.cursor) if query.cursor else None
        server = await present_server(connection)
        if server is None or mode is HistoryMode.OFF:
            return PlayHistory(items=[], mode=mode)
        conditions = _conditions(server, query, accounts)
        if reached:
            conditions.append(after([Play.started_at, Play.id], reached, descending=True))
        statement = (
            select(*Play.__table__.columns)
            .where(*conditions)
            .order_by(Play.started_at.desc(), Play.id.desc())
            .limit(query.limit + 1)
        )
        rows = [Play(**row) for row in (await connection.execute(statement)).mappings()]
        viewers = await read_viewers(connection, server.id, {row.account_id for row in rows})
    page = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        cursor = encode_cursor(_ORDER, (page[-1].started_at - _EPOCH) // _MICROSECOND, page[-1].id)
    items = [as_play(row, viewer=viewers[row.account_id], images=app.images) for row in page]
    return PlayHistory(items=items, next_cursor=cursor, mode=mode)


def _conditions(server: Server, query: ListPlays, accounts: list[int] | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Play.server_id == server.id]
    if accounts is not None:
        conditions.append(
            Play.account_id == accounts[0] if len(accounts) == 1 else Play.account_id.in_(accounts)
        )
    if query.library is not None:
        conditions.append(Play.library_key == int(query.library))
    if query.since is not None:
        conditions.append(Play.started_at >= query.since)
    if query.until is not None:
        conditions.append(Play.started_at < query.until)
    return conditions


def _reached(cursor: str) -> tuple[Any, ...]:
    moment, last_id = decode_cursor(cursor, _ORDER, int, UUID)
    try:
        return _EPOCH + moment * _MICROSECOND, last_id
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None

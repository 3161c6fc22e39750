from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.bus import require, require_caller
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.live import MOST_STATES, LiveState, LiveStates
from medianest_common.contracts.plex.playback import ListSessions, NowPlaying
from medianest_plex.app import PlexApp
from medianest_plex.models import Reading, Session
from medianest_plex.played import as_session
from medianest_plex.pushing import frame_of
from medianest_plex.repository import present_server
from medianest_plex.viewers import accounts_of, read_viewers

BELIEVED_FOR = timedelta(seconds=90)
"""A little longer than the server is left alone while nothing plays."""


async def list_sessions(app: PlexApp, query: ListSessions) -> NowPlaying:
    """As the leading replica saw it last."""
    caller = require_caller() if query.mine else require(Permission.SEE_PLAYBACK)
    async with app.db.read() as connection:
        server = await present_server(connection)
        if server is None:
            return NowPlaying(items=[], as_of=None, stale=True)
        statement = select(*Session.__table__.columns).where(Session.server_id == server.id)
        if query.mine:
            mine = await accounts_of(connection, caller.user_id)
            statement = statement.where(Session.account_id.in_(mine))
        rows = (await connection.execute(statement.order_by(Session.started_at, Session.id))).mappings()
        sessions = [Session(**row) for row in rows]
        viewers = await read_viewers(connection, server.id, {s.account_id for s in sessions})
        as_of = await _read_at(connection, server.id)
    return NowPlaying(
        items=[as_session(s, viewer=viewers[s.account_id], images=app.images) for s in sessions],
        as_of=as_of,
        stale=as_of is None or app.clock.now() - as_of > BELIEVED_FOR,
    )


async def read_session_states(app: PlexApp) -> LiveStates:
    """Everybody's, for pages that have just been opened."""
    async with app.db.read() as connection:
        server = await present_server(connection)
        if server is None:
            return LiveStates(complete=True, states=[])
        statement = select(*Session.__table__.columns).where(Session.server_id == server.id)
        rows = await connection.execute(statement.order_by(Session.started_at.desc()).limit(MOST_STATES + 1))
        sessions = [Session(**row) for row in rows.mappings()]
        viewers = await read_viewers(connection, server.id, {s.account_id for s in sessions})
    shown = [as_session(s, viewer=viewers[s.account_id], images=app.images) for s in sessions]
    return LiveStates.first_of(
        [
            LiveState(
                frame=frame_of(session),
                user_ids=[session.viewer.user_id] if session.viewer.user_id else [],
                admins=True,
            )
            for session in shown
        ]
    )


async def _read_at(connection: AsyncConnection, server_id: int) -> datetime | None:
    statement = select(Reading.sessions_at).where(Reading.server_id == server_id)
    found: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
    return found

"""Tell others which libraries each person sees, whenever that is something else than was told before."""

import asyncio
from datetime import datetime

from sqlalchemy import or_, select, text

from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_plex.app import PlexApp
from medianest_plex.audience import SECTIONS_LAST, keep_sections_known
from medianest_plex.models import Member, Server
from medianest_plex.repository import present_server

_ASKED_AT_ONCE = 20
_TOLD_AT_ONCE = 200
# Keys are numbers of one server: what was seen on another means nothing. Without a token nobody is shown anything.
_TELL = text("""
    with seen as (
        select user_id, jsonb_build_object('machine', cast(:machine as text), 'keys',
                   case when server_token is null or restricted or sections_checked_at is null
                          or sections_checked_at < :since
                        then '[]'::jsonb else coalesce(nullif(sections, 'null'::jsonb), '[]'::jsonb) end) as access
          from members where erased_at is null
    ), due as (
        select members.user_id, seen.access from members join seen using (user_id)
         where members.told_access is distinct from seen.access
         order by members.user_id limit :most for update of members skip locked
    )
    update members set told_access = due.access from due where members.user_id = due.user_id
 returning members.user_id, due.access->'keys' as listed
""")


async def tell_access(app: PlexApp) -> None:
    if app.set_up is None:
        return
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None:
        return
    await _look_again(app)
    while await _tell_some(app, server) == _TOLD_AT_ONCE:
        pass
    if app.pace.access_told_of != server.machine_identifier:
        async with app.db.transaction() as tx:
            tx.emit(_access(server, app.clock.now(), None))
        app.pace.access_told_of = server.machine_identifier


async def _look_again(app: PlexApp) -> None:
    """At those of whom it is not known, or not any more, some at a time."""
    before = app.clock.now() - SECTIONS_LAST
    due = (
        select(*Member.__table__.columns)
        .where(
            Member.erased_at.is_(None),
            Member.server_token.is_not(None),
            Member.restricted.is_(False),
            or_(Member.sections_checked_at.is_(None), Member.sections_checked_at < before),
        )
        .order_by(Member.sections_checked_at.asc().nulls_first(), Member.user_id)
        .limit(_ASKED_AT_ONCE)
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(due)).mappings().all()
    await asyncio.gather(*(keep_sections_known(app, Member(**row)) for row in rows))


async def _tell_some(app: PlexApp, server: Server) -> int:
    values = {"machine": server.machine_identifier, "since": server.first_seen_at, "most": _TOLD_AT_ONCE}
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(_TELL, values)).all()
        for row in rows:
            told = _access(server, app.clock.now(), row.listed)
            tx.emit(told.model_copy(update={"user_id": row.user_id}))
    return len(rows)


def _access(server: Server, at: datetime, keys: list[str] | None) -> LibraryAccessChanged:
    return LibraryAccessChanged(
        user_id=NOBODY, machine_identifier=server.machine_identifier, library_keys=keys, at=at
    )

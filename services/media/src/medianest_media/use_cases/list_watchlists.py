"""Whose watchlists make requests, and where that does not go as they wish; for administrators."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media.watchlist import ListWatchlists, WatchlistPerson
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp

_CURSOR = "watchlists"
_STATEMENT = """
    select w.user_id, p.name, w.shows, w.read_at, w.problem, i.items, i.requested, i.held,
           (select h.reason from watchlist_items h
             where h.user_id = w.user_id and h.left_at is null and h.state = 'held'
             order by h.position limit 1) as held_because
      from watchlists w join people p on p.id = w.user_id
      left join lateral (
               select count(*) as items, count(*) filter (where state = 'requested') as requested,
                      count(*) filter (where state = 'held') as held
                 from watchlist_items where user_id = w.user_id and left_at is null) i on true
     where w.enabled and {beyond} order by w.user_id limit :rows
"""


async def list_watchlists(app: MediaApp, query: ListWatchlists) -> Page[WatchlistPerson]:
    require(Permission.DECIDE_REQUESTS)
    values: dict[str, Any] = {"rows": query.limit + 1}
    beyond = "true"
    if query.cursor:
        (values["after"],) = decode_cursor(query.cursor, _CURSOR, UUID)
        beyond = "w.user_id > :after"
    async with app.db.read() as connection:
        rows = (await connection.execute(text(_STATEMENT.format(beyond=beyond)), values)).mappings().all()
    page = rows[: query.limit]
    return Page[WatchlistPerson](
        items=[WatchlistPerson.model_validate(dict(row)) for row in page],
        next_cursor=encode_cursor(_CURSOR, page[-1]["user_id"]) if len(rows) > query.limit else None,
    )

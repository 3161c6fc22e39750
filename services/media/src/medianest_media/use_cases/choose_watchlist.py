"""Everybody chooses for themselves whether requests are made from their watchlist, and sees what has become of it."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.bus import require_caller, require_person
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.watchlist import (
    GetWatchlist,
    SetWatchlist,
    ShowChoice,
    Watchlist,
    WatchlistEntry,
    WatchlistState,
    WatchlistSwitched,
)
from medianest_common.errors import Forbidden
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.models import Watchlist as Row
from medianest_media.models import WatchlistItem
from medianest_media.repository import People
from medianest_media.repository.watching import WatchlistItems, Watchlists

_CURSOR = "watchlist"
_ITEMS = text("""
    select i.rating_key, i.media_type, i.tmdb_id, i.title, i.year, i.position, i.state, i.reason, i.request_id,
           i.first_seen_at, r.status
      from watchlist_items i left join requests r on r.id = i.request_id
     where i.user_id = :me and i.left_at is null
       and (i.position, i.rating_key) > (:position, cast(:rating_key as text))
     order by i.position, i.rating_key limit :rows
""")
NOT_AGAIN = "It is not asked for again while it stays on the watchlist."
_OVER = {
    RequestStatus.DECLINED: f"It was declined. {NOT_AGAIN}",
    RequestStatus.CANCELLED: f"The request was cancelled or deleted. {NOT_AGAIN}",
}


class WatchlistsForbidden(Forbidden):
    title = "Requests from watchlists are switched off here"


async def get_watchlist(app: MediaApp, query: GetWatchlist) -> Watchlist:
    return await _shown(app, require_caller().user_id, query)


async def set_watchlist(app: MediaApp, command: SetWatchlist) -> Watchlist:
    """Switched off, everything known of the list is forgotten; requests that were made stay."""
    caller = require_person()
    if command.enabled and not app.settings.watchlist_requests:
        raise WatchlistsForbidden("An administrator has switched this off for everybody.")
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await People(tx.session).in_turn(caller)
        values = {
            "user_id": caller.user_id,
            "enabled": False,
            "shows": command.shows.value,
            "changed_at": now,
        }
        await tx.session.execute(upsert(Row).values(values).on_conflict_do_nothing())
        row = await Watchlists(tx.session).get(caller.user_id, lock=True)
        assert row is not None
        switched, row.shows = row.enabled != command.enabled, command.shows.value
        if switched:
            row.enabled, row.changed_at, row.read_at, row.problem = command.enabled, now, None, None
            tx.emit(WatchlistSwitched(user_id=caller.user_id, enabled=command.enabled, at=now))
        if not command.enabled:
            await WatchlistItems(tx.session).delete(WatchlistItem.user_id == caller.user_id)
    return await _shown(app, caller.user_id, GetWatchlist())


async def _shown(app: MediaApp, me: UUID, query: GetWatchlist) -> Watchlist:
    position, rating_key = decode_cursor(query.cursor, _CURSOR, int, str) if query.cursor else (-1, "")
    values = {"me": me, "position": position, "rating_key": rating_key, "rows": query.limit + 1}
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(me)
        found = (await tx.session.execute(_ITEMS, values)).mappings().all()
    page, more = found[: query.limit], len(found) > query.limit
    cursor = encode_cursor(_CURSOR, page[-1]["position"], page[-1]["rating_key"]) if more else None
    return Watchlist(
        enabled=row is not None and row.enabled,
        allowed=app.settings.watchlist_requests,
        shows=ShowChoice(row.shows) if row else ShowChoice.ALL,
        read_at=row.read_at if row else None,
        problem=row.problem if row else None,
        items=[_entry(each) for each in page],
        next_cursor=cursor,
    )


def _entry(row: RowMapping) -> WatchlistEntry:
    """What was asked for and is over is not asked for again, whoever ended it and wherever."""
    state, reason = WatchlistState(row["state"]), row["reason"]
    ended = _OVER.get(RequestStatus(row["status"])) if row["status"] else None
    if state is WatchlistState.REQUESTED and ended:
        state, reason = WatchlistState.DISMISSED, ended
    return WatchlistEntry(
        rating_key=row["rating_key"],
        media_type=row["media_type"],
        tmdb_id=row["tmdb_id"],
        title=row["title"],
        year=row["year"],
        state=state,
        reason=reason,
        request_id=row["request_id"],
        first_seen_at=row["first_seen_at"],
    )

"""What is on somebody's watchlist is asked for in their name: as if they had asked themselves, with the same quota and
rules. What was asked for once is never asked for again by itself, whatever has become of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.media import MediaType, RequestMedia, RequestSource, SeasonChoice
from medianest_common.contracts.media.watchlist import RequestFromWatchlist, ShowChoice, WatchlistState
from medianest_common.errors import MediaNestError
from medianest_media.app import MediaApp
from medianest_media.errors import (
    AlreadyAvailable,
    AlreadyRequested,
    NotRequestable,
    QuotaExceeded,
    TitleUnknown,
)
from medianest_media.models import Person, WatchlistItem
from medianest_media.repository import People
from medianest_media.repository.watching import WatchlistItems, Watchlists
from medianest_media.use_cases.choose_watchlist import NOT_AGAIN
from medianest_media.use_cases.known_titles import title_details
from medianest_media.use_cases.request_media import request_media

log = structlog.get_logger()

_MOST = 100
_PEOPLE = 50
_SOON, _LATER, _MUCH_LATER = timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    state: WatchlistState
    reason: str | None = None
    request_id: UUID | None = None
    again: timedelta | None = None
    full: bool = False
    """The quota has no room for anything of this kind."""


async def look_again(app: MediaApp) -> None:
    """By the clock: what is due, such as what did not fit into a quota that has room again."""
    if not app.settings.watchlist_requests:
        return
    async with app.db.transaction() as tx:
        for user_id in await WatchlistItems(tx.session).people_with_due(now=app.clock.now(), limit=_PEOPLE):
            tx.enqueue(RequestFromWatchlist(user_id=user_id))


async def request_from_watchlist(app: MediaApp, job: RequestFromWatchlist) -> None:
    full: dict[MediaType, Fate] = {}
    for _ in range(_MOST):
        due = await _next(app, job.user_id)
        if due is None:
            return
        item, shows, person = due
        fate = await _earlier(app, item) or full.get(item.media_type) or await _ask(app, item, shows, person)
        if fate.full:
            full[item.media_type] = fate
        await _keep(app, item, fate)
        if fate.state is WatchlistState.WAITING:
            return  # whoever does not answer for this one does not for the next


async def _next(app: MediaApp, user_id: UUID) -> tuple[WatchlistItem, ShowChoice, Person] | None:
    async with app.db.transaction() as tx:
        row = await Watchlists(tx.session).get(user_id)
        person = await People(tx.session).get(user_id)
        if row is None or not row.enabled or person is None or person.erased_at is not None:
            return None
        if not app.settings.watchlist_requests:
            return None
        due = await WatchlistItems(tx.session).due(user_id, now=app.clock.now(), limit=1)
        return (due[0], ShowChoice(row.shows), person) if due else None


async def _ask(app: MediaApp, item: WatchlistItem, shows: ShowChoice, person: Person) -> Fate:
    assert item.tmdb_id is not None
    try:
        seasons = await _seasons(app, item.media_type, item.tmdb_id, shows)
        command = RequestMedia(media_type=item.media_type, tmdb_id=item.tmdb_id, seasons=seasons)
        with use(Context(correlation_id=str(uuid7()), caller=_caller(app, person))):
            await request_media(app, command, source=RequestSource.WATCHLIST)
    except MediaNestError as error:
        return await _refused(app, item, error)
    mine = await _own(app, item)
    return Fate(state=WatchlistState.REQUESTED, request_id=mine)


async def _earlier(app: MediaApp, item: WatchlistItem) -> Fate | None:
    """What they have asked for stays asked for, and a list does not bring back what was ended while it was on it.

    Whoever puts something on their list after that asks for it anew. Nobody else's requests count.
    """
    assert item.tmdb_id is not None
    mine = await _own(app, item)
    if mine is not None:
        return Fate(state=WatchlistState.REQUESTED, request_id=mine)
    async with app.db.transaction() as tx:
        ended = await WatchlistItems(tx.session).ended_request(
            item.user_id, item.media_type, item.tmdb_id, since=item.returned_at
        )
    if ended is None:
        return None
    why = f"The request for it was {ended.status.value}. {NOT_AGAIN}"
    return Fate(state=WatchlistState.DISMISSED, reason=why, request_id=ended.id)


async def _seasons(
    app: MediaApp, media_type: MediaType, tmdb_id: int, shows: ShowChoice
) -> SeasonChoice | None:
    """Nobody waits for an answer here, so it waits until the title can be looked up."""
    details = await title_details(app, media_type, tmdb_id)
    if media_type is MediaType.MOVIE:
        return None
    if shows is ShowChoice.FIRST and details.regular_seasons:
        return [min(details.regular_seasons)]
    return "all"


async def _refused(app: MediaApp, item: WatchlistItem, error: MediaNestError) -> Fate:
    reason = error.detail or error.title
    match error:
        case AlreadyRequested():
            # Two workers at one list: the other one was faster.
            mine = await _own(app, item)
            if mine is not None:
                return Fate(state=WatchlistState.REQUESTED, request_id=mine)
            return Fate(state=WatchlistState.SKIPPED, reason=reason, again=_MUCH_LATER)
        case AlreadyAvailable():
            # Not looked at again: what somebody deletes from the library is not fetched anew because of a list.
            return Fate(state=WatchlistState.SKIPPED, reason=reason)
        case QuotaExceeded():
            # Of seasons there may be some left for a shorter show.
            full = item.media_type is MediaType.MOVIE or error.extra["quota"]["remaining"] == 0
            return Fate(state=WatchlistState.HELD, reason=reason, again=_LATER, full=full)
        case NotRequestable():
            return Fate(state=WatchlistState.HELD, reason=reason, again=_MUCH_LATER)
        case TitleUnknown():
            return Fate(state=WatchlistState.SKIPPED, reason=reason)
    log.info("watchlist_item_put_off", user_id=str(item.user_id), reason=error.code)
    return Fate(
        state=WatchlistState.WAITING,
        reason=f"{reason.rstrip('.')}. It is tried again by itself.",
        again=_SOON,
    )


async def _own(app: MediaApp, item: WatchlistItem) -> UUID | None:
    assert item.tmdb_id is not None
    async with app.db.transaction() as tx:
        found = await WatchlistItems(tx.session).own_request(item.user_id, item.media_type, item.tmdb_id)
        return found.id if found else None


async def _keep(app: MediaApp, item: WatchlistItem, fate: Fate) -> None:
    """Unless it has left the list meanwhile, or the list is no longer wanted."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        row = await WatchlistItems(tx.session).get((item.user_id, item.rating_key), lock=True)
        if row is None or row.tmdb_id != item.tmdb_id:
            return
        row.state, row.reason, row.request_id = fate.state.value, fate.reason, fate.request_id
        row.due_at = now + fate.again if fate.again else None


def _caller(app: MediaApp, person: Person) -> Caller:
    return Caller(
        user_id=person.id,
        session_id=person.id,
        role=Role(person.role),
        name=person.name,
        auth_time=app.clock.now(),
    )

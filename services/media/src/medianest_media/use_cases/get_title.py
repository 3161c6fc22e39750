"""The page of one title: what it is, what is there of it season by season, and who waits for it."""

import asyncio

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.media import (
    Availability,
    GetTitle,
    MediaType,
    RequestRef,
    RequestStatus,
    Season,
    Title,
)
from medianest_media.adapters.backend import Rules
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.described import description
from medianest_media.holdings import closer
from medianest_media.keeping import TROUBLE
from medianest_media.mapping import WHY_NOT, to_season
from medianest_media.models import EVERY_SEASON, Claim, Follower, Person, Request
from medianest_media.repository import read_places
from medianest_media.states import OVER
from medianest_media.titles import backdrop_url, poster_url
from medianest_media.use_cases.known_titles import shown_details

_RULES_SECONDS = 1.0


async def get_title(app: MediaApp, query: GetTitle) -> Title:
    told = await shown_details(app, query.media_type, query.tmdb_id)
    details = told.value
    rules = await _rules(app)
    claimed, requests = await _ours(app, query)
    async with app.db.read() as connection:
        places = await read_places(connection, query.media_type, query.tmdb_id)
    seasons = [
        to_season(season, claimed=not claimed.isdisjoint({season.number, EVERY_SEASON}), rules=rules)
        for season in details.seasons
    ]
    asked = bool(claimed) if query.media_type is MediaType.MOVIE else False
    availability = closer(details.availability, Availability.REQUESTED) if asked else details.availability
    reason = _why_not(details, availability, seasons)
    return Title(
        media_type=details.media_type,
        tmdb_id=details.tmdb_id,
        title=details.title,
        original_title=details.original_title,
        year=details.year,
        overview=details.overview,
        tagline=details.tagline,
        genres=list(details.genres),
        runtime_minutes=details.runtime_minutes,
        poster_url=poster_url(details.poster_path),
        backdrop_url=backdrop_url(details.backdrop_path),
        availability=availability,
        availability_4k=details.availability_4k,
        requestable=reason is None,
        reason=reason,
        seasons=seasons,
        in_library=places,
        requests=requests,
        stale=told.stale,
        stale_since=told.stale_since,
        **description(details),
    )


async def _rules(app: MediaApp) -> Rules:
    """A backend that does not answer hides nothing; what is asked for is checked when it is sent."""
    try:
        async with asyncio.timeout(_RULES_SECONDS):
            return await app.backend.rules()
    except (*TROUBLE, TimeoutError):
        return Rules()


async def _ours(app: MediaApp, query: GetTitle) -> tuple[set[int], list[RequestRef]]:
    """The seasons that our requests wait for (0 for a film), and the requests themselves."""
    caller = require_caller()
    me = caller.user_id
    names = caller.is_admin or app.settings.media_show_requesters
    title = (Request.media_type == query.media_type, Request.tmdb_id == query.tmdb_id)
    claims = (
        select(Claim.season)
        .join(Request, Request.id == Claim.request_id)
        .where(*title, Claim.is_4k.is_(False), Request.status != RequestStatus.AVAILABLE)
    )
    rows = (
        select(Request.id, Request.status, Request.is_4k, Request.user_id, Person.name, Follower.user_id)
        .join(Person, Person.id == Request.user_id)
        .outerjoin(Follower, (Follower.request_id == Request.id) & (Follower.user_id == me))
        .where(*title, Request.status.not_in(OVER))
        .order_by(Request.id)
        .limit(100)
    )
    async with app.db.read() as connection:
        claimed = set((await connection.execute(claims)).scalars())
        found = (await connection.execute(rows)).all()
    refs = [
        RequestRef(
            id=request_id,
            status=status,
            is_4k=is_4k,
            mine=user_id == me,
            following=follower is not None,
            requested_by=name if names or user_id == me else None,
        )
        for request_id, status, is_4k, user_id, name, follower in found
    ]
    return claimed, refs


def _why_not(details: TitleDetails, availability: Availability, seasons: list[Season]) -> str | None:
    if details.media_type is MediaType.MOVIE or availability is Availability.BLOCKED:
        return WHY_NOT.get(availability)
    regular = [season for season in seasons if season.number > 0]
    if not regular:
        return "No season of it has episodes yet."
    left = [season for season in regular if season.availability not in WHY_NOT]
    if left or any(season.requestable for season in seasons):
        return None
    reasons = {season.reason for season in regular}
    return reasons.pop() if len(reasons) == 1 else "All its seasons are there or requested."

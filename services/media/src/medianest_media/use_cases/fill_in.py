"""A request that was made while the backend was away gets its title and, where all were asked for, its seasons."""

from uuid import UUID

from medianest_common.contracts.media import Availability, RequestStatus
from medianest_common.db import Transaction
from medianest_media.adapters.backend import BackendMisconfigured
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.errors import TitleUnknown
from medianest_media.models import EVERY_SEASON, Person, Request
from medianest_media.moves import move
from medianest_media.quotas import fits
from medianest_media.repository import Claims, People, Requests
from medianest_media.states import OVER
from medianest_media.titles import words_of
from medianest_media.use_cases.allowed import allowance_of
from medianest_media.use_cases.judging import judge
from medianest_media.use_cases.known_titles import title_details


async def fill_in(app: MediaApp, request_id: UUID) -> None:
    async with app.db.look() as session:
        request = await Requests(session).get(request_id)
    if request is None or request.status in OVER:
        return
    if request.title_known and not request.all_seasons and not request.unjudged:
        return
    try:
        details = await title_details(app, request.media_type, request.tmdb_id)
    except TitleUnknown:
        return  # the job that wants to send it says so
    except BackendMisconfigured:
        if app.backend.by_hand(request.media_type, is_4k=request.is_4k):
            return  # nowhere to look it up, and who fetches it knows what it is
        raise
    async with app.db.transaction() as tx:
        person = await People(tx.session).get(request.user_id, lock=True)
        request = await Requests(tx.session).get(request_id, lock=True)
        if request is None or person is None or request.status in OVER:
            return
        request.title, request.title_known = details.title, True
        request.title_words = words_of(details.title)
        request.year, request.poster_path = details.year, details.poster_path
        if request.all_seasons:
            await _name_seasons(app, tx, request, person, details)
        if request.unjudged and request.status is RequestStatus.PENDING and not request.all_seasons:
            size = len(details.regular_seasons)
            await judge(app, tx, request, person=person, genres=details.genres, size=size)


async def _name_seasons(
    app: MediaApp, tx: Transaction, request: Request, person: Person, details: TitleDetails
) -> None:
    now, requests, claims = app.clock.now(), Requests(tx.session), Claims(tx.session)
    states = details.season_availability_in(is_4k=request.is_4k)
    free = [number for number in details.regular_seasons if states[number] is Availability.NONE]
    await claims.release(request, [EVERY_SEASON])
    seasons = await claims.stake(request, free) if free else []
    allowed = await allowance_of(app, tx, person, request.media_type)
    usage = await requests.usage(person.id, request.media_type, since=allowed.since(now))
    request.seasons, request.all_seasons = seasons, not seasons
    if not seasons:
        reason = "All its seasons are there or requested already."
    elif request.uses_quota and not fits(
        allowed, usage, more=len(seasons) - 1
    ):  # it counted as one until now
        reason = f"It has {len(seasons)} seasons, more than the quota leaves."
        request.uses_quota = False  # should an administrator let it through, it is on top
    else:
        return
    await move(tx, request, RequestStatus.FAILED, now=now, reason=reason)
    request.in_line = True

"""What of a title the caller may ask for, in each quality, shown before they do."""

from collections.abc import Iterable

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.media import Availability, MediaType, QuotaState, RequestStatus
from medianest_common.contracts.media.allowing import (
    GetRequestOptions,
    QualityOptions,
    RequestOptions,
)
from medianest_media.adapters.backend import Rules
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.keeping import TROUBLE, unavailable
from medianest_media.mapping import WHY_NOT
from medianest_media.models import EVERY_SEASON, Claim, Request
from medianest_media.quotas import may_ask_4k
from medianest_media.repository import read_own_quota
from medianest_media.repository.defaults import choice_in, read_defaults
from medianest_media.use_cases.get_quota import quota_of
from medianest_media.use_cases.known_titles import title_details
from medianest_media.use_cases.wishes import FILM


async def get_request_options(app: MediaApp, query: GetRequestOptions) -> RequestOptions:
    caller = require_caller()
    try:
        details = await title_details(app, query.media_type, query.tmdb_id)
        rules = await app.backend.rules()
    except TROUBLE as error:
        raise unavailable(error) from error
    claims = (
        select(Claim.season, Claim.is_4k)
        .join(Request, Request.id == Claim.request_id)
        .where(Claim.tmdb_id == query.tmdb_id, Claim.media_type == query.media_type)
        .where(Request.status != RequestStatus.AVAILABLE)
    )
    async with app.db.read() as connection:
        claimed = [(season, is_4k) for season, is_4k in await connection.execute(claims)]
        own = await read_own_quota(connection, caller.user_id)
        quotas = await quota_of(app, connection, caller.user_id, role=caller.role)
        defaults = await read_defaults(connection, backend=app.backend.name) if caller.is_admin else {}
    quota = quotas.movie if query.media_type is MediaType.MOVIE else quotas.tv
    refused = None if may_ask_4k(app.settings, caller.role, own) else "You may not ask for 4K."
    if not rules.allows_4k(query.media_type):
        refused = "4K is not set up."
    standard, four_k = (
        _quality(details, {s for s, k in claimed if k is is_4k}, quota, is_4k=is_4k)
        for is_4k in (False, True)
    )
    if refused:
        four_k = QualityOptions(requestable=False, reason=refused, seasons=[], fits_quota=False)
    standard, four_k = (
        options.model_copy(update={"preselected": choice_in(chosen)})
        if (chosen := defaults.get((query.media_type, is_4k)))
        else options
        for options, is_4k in ((standard, False), (four_k, True))
    )
    specials, why_not = specials_offered(details, rules)
    return RequestOptions(
        standard=standard,
        four_k=four_k,
        quota=quota,
        specials_offered=specials,
        specials_reason=why_not,
    )


def specials_offered(details: TitleDetails, rules: Rules) -> tuple[bool, str | None]:
    """Whether "only the whole show" holds makes no difference: specials belong to no whole."""
    if details.media_type is MediaType.MOVIE:
        return False, None
    if all(season.number != 0 for season in details.seasons):
        return False, "There are no specials of it."
    return (True, None) if rules.specials else (False, "Specials are switched off in Overseerr.")


def _quality(details: TitleDetails, claimed: set[int], quota: QuotaState, *, is_4k: bool) -> QualityOptions:
    films = details.media_type is MediaType.MOVIE
    states = (
        {FILM: details.availability_in(is_4k=is_4k)}
        if films
        else {
            number: state for number, state in details.season_availability_in(is_4k=is_4k).items() if number
        }
    )
    if claimed:
        taken: Iterable[int] = states if EVERY_SEASON in claimed else claimed & states.keys()
        states |= {number: Availability.REQUESTED for number in taken if states[number] is Availability.NONE}
    free = sorted(number for number, state in states.items() if state is Availability.NONE)
    if details.availability is Availability.BLOCKED:
        free, reason = [], WHY_NOT[Availability.BLOCKED]
    elif not states:
        reason = "No season of it has episodes yet."
    else:
        reasons = {WHY_NOT.get(state, "It is there in part.") for state in states.values()}
        reason = reasons.pop() if len(reasons) == 1 else "All its seasons are there or requested."
    return QualityOptions(
        requestable=bool(free),
        reason=None if free else reason,
        seasons=[] if films else free,
        fits_quota=bool(free) and (quota.remaining is None or quota.remaining >= len(free)),
    )

"""What would become of a request, without making it: which rule would decide, and why the others would not."""

from typing import Literal

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission, Role
from medianest_common.contracts.media import Availability, MediaType, RequestMedia
from medianest_common.contracts.media.allowing import Fit, RulesOutcome, RuleTried, TryRules
from medianest_common.db import Transaction
from medianest_common.errors import Forbidden, NotFound
from medianest_media.app import MediaApp
from medianest_media.mapping import WHY_NOT
from medianest_media.models import Person, Request
from medianest_media.repository import People, Rules
from medianest_media.rules import verdict
from medianest_media.use_cases.allowed import demand_4k, demand_room, own_quota, weight
from medianest_media.use_cases.approval_rules import shown_rule
from medianest_media.use_cases.judging import case_of
from medianest_media.use_cases.request_media import new_request
from medianest_media.use_cases.wishes import Wish, understand


async def try_rules(app: MediaApp, query: TryRules) -> RulesOutcome:
    """Raises `TitleUnknown` and `NotRequestable` as the request would."""
    require(Permission.DECIDE_REQUESTS)
    command = RequestMedia(
        media_type=query.media_type, tmdb_id=query.tmdb_id, seasons=query.seasons, is_4k=query.is_4k
    )
    wish = await understand(app, command)
    async with app.db.transaction() as tx:
        person = await People(tx.session).get(query.user_id)
        if person is None or person.erased_at is not None or not person.name:
            raise NotFound("There is no such person.")
        request = new_request(app, command, wish, person)
        if request.media_type is MediaType.TV and wish.free is not None:
            request.seasons = list(wish.free)
        refused = await _refusal(app, tx, request, person=person, wish=wish)
        found = verdict(
            await Rules(tx.session).in_order(),
            case_of(request, person=person, genres=wish.genres, size=wish.size),
        )
    if person.role in (Role.ADMIN, Role.OWNER):
        return RulesOutcome(outcome="approve", rule=None, tried=[], refused=refused)
    undecided: Literal["unknown", "ask"] = "unknown" if found.fit is Fit.UNKNOWN else "ask"
    return RulesOutcome(
        outcome="approve" if found.approves else undecided,
        rule=shown_rule(found.rule) if found.rule is not None else None,
        tried=[
            RuleTried(id=each.rule.id, name=each.rule.name, fits=each.fit, because=each.because)
            for each in found.tried
        ],
        refused=refused,
    )


async def _refusal(
    app: MediaApp, tx: Transaction, request: Request, *, person: Person, wish: Wish
) -> str | None:
    if wish.free == ():
        return WHY_NOT.get(next(iter(wish.states.values()), Availability.REQUESTED))
    own = await own_quota(tx, person)
    try:
        if request.is_4k:
            demand_4k(app, person, own)
        await demand_room(app, tx, person, request, own=own, more=weight(request))
    except Forbidden as error:
        return error.detail
    return None

"""A request's twin in the backend: found, created, approved or taken away. Called by one worker per title at a time."""

from dataclasses import dataclass, replace

from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.errors import BadUpstream, Unavailable
from medianest_media.adapters.backend import (
    KEY_OWNER,
    AlreadyThere,
    BackendRequest,
    BackendStatus,
    FetchedByHand,
    NothingLeft,
    OutOfReach,
    Standing,
    UserUnknown,
)
from medianest_media.app import MediaApp
from medianest_media.models import Request
from medianest_media.repository import read_holding, read_other_twins
from medianest_media.use_cases.acting_user import acting_user, forget_acting_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`held_because` says why there is no twin although all is well; `moves_to` is what follows where there is none."""

    twin: BackendRequest | None = None
    adopted: bool = False
    held_because: str | None = None
    moves_to: RequestStatus | None = None
    reason: str | None = None
    left_out: frozenset[int] = frozenset()
    """Seasons that nobody asks the backend for: they came to the request as the backend decided about the others."""


async def ensure_twin(app: MediaApp, request: Request) -> Outcome:
    """The twin exists, and is approved if the request is."""
    outcome = await _as_asked_for(app, request, await _look(app, request))
    if outcome.twin is None:
        outcome = await _create(app, request)
    if outcome.twin is None or request.status is RequestStatus.PENDING:
        return outcome
    return replace(outcome, twin=await _approved(app, outcome.twin))


async def _as_asked_for(app: MediaApp, request: Request, found: Outcome) -> Outcome:
    """A twin of ours is for the seasons that are asked for now. Another's is left as it is, or let go."""
    twin, wanted = found.twin, set(request.seasons)
    if twin is None or not wanted or request.media_type is MediaType.MOVIE or wanted == set(twin.seasons):
        return found
    if found.adopted:
        return found if wanted <= set(twin.seasons) else Outcome()
    if twin.status not in (BackendStatus.PENDING, BackendStatus.FAILED):
        return await _decided(app, request, found, twin)
    try:
        await app.backend.edit(twin.id, request.media_type, is_4k=request.is_4k, seasons=request.seasons)
    except NothingLeft:
        return found  # it has those that are left, as when it was made
    return Outcome(twin=await app.backend.request(twin.id) or twin, adopted=False)


async def _decided(app: MediaApp, request: Request, found: Outcome, twin: BackendRequest) -> Outcome:
    """It cannot be changed any more. What was added since is in nobody's request; a twin for nothing else is let go."""
    missing = set(request.seasons) - set(twin.seasons)
    if not missing or not app.backend.keeps_pending:
        return found
    standing = await app.backend.standing(request.media_type, request.tmdb_id)
    states = standing.seasons_in(is_4k=request.is_4k)
    for other in standing.requests:
        if other.is_live and other.is_4k == request.is_4k:
            missing -= set(other.seasons)
    left_out = frozenset(n for n in missing if states.get(n, Availability.NONE) is Availability.NONE)
    if left_out and set(twin.seasons).isdisjoint(request.seasons):
        return Outcome()
    return replace(found, left_out=left_out)


async def remove_twin(app: MediaApp, request: Request) -> Outcome:
    """The twin is declined or gone, like the request. One that was there before us is left to whoever made it."""
    outcome = await _look(app, request)
    if outcome.twin is None:
        return outcome
    try:
        if request.status is RequestStatus.DECLINED and outcome.twin.is_live:
            await app.backend.decline(outcome.twin.id)
        if request.status is RequestStatus.CANCELLED and not outcome.adopted:
            await app.backend.delete(outcome.twin.id)
    except OutOfReach as error:
        return Outcome(held_because=error.detail)
    return outcome


async def _look(app: MediaApp, request: Request) -> Outcome:
    """By the id we remember, else among the requests for the title: an answer to our POST may have been lost."""
    if request.backend_id is not None and request.backend == app.backend.name:
        twin = await app.backend.request(request.backend_id)
        if twin is not None:
            return Outcome(twin=twin, adopted=request.adopted)
    return await _among(app, request, await app.backend.standing(request.media_type, request.tmdb_id))


async def _among(app: MediaApp, request: Request, standing: Standing) -> Outcome:
    others = await read_other_twins(app.db, request, backend=app.backend.name)
    user = await acting_user(app, request.user_id) or KEY_OWNER
    for candidate in standing.requests:
        same = candidate.is_live and candidate.is_4k == request.is_4k and candidate.id not in others
        if same and set(request.seasons) <= set(candidate.seasons):
            return Outcome(twin=candidate, adopted=candidate.user_id != user)
    return Outcome()


async def _create(app: MediaApp, request: Request) -> Outcome:
    """Filed by the backend's own user for the person, so that the backend's rules and approval hold.

    Without such a user only what has been approved here is sent: filed by the administrator it approves itself.
    """
    user = await acting_user(app, request.user_id)
    if user is None and request.status is RequestStatus.PENDING:
        return Outcome(held_because=_held_until_approved(app, request))
    try:
        return Outcome(twin=await _file(app, request, user))
    except FetchedByHand as error:
        return Outcome(held_because=error.detail)
    except AlreadyThere:
        return await _already_there(app, request, user)
    except NothingLeft as error:
        return await _nothing_left(app, request, error)
    except UserUnknown as error:
        await forget_acting_user(app, request.user_id)
        raise Unavailable(error.detail, upstream="Overseerr", retry_after=1) from error


def _held_until_approved(app: MediaApp, request: Request) -> str | None:
    """Where nothing is sent before its approval there is nothing to explain."""
    if not app.backend.keeps_pending:
        return None
    called = app.backend.called(request.media_type)
    return f"It goes to {called} once it is approved, since its requester has no account there."


async def _file(app: MediaApp, request: Request, user: int | None) -> BackendRequest:
    return await app.backend.create(
        request.media_type, request.tmdb_id, is_4k=request.is_4k, seasons=request.seasons, as_user=user
    )


async def _already_there(app: MediaApp, request: Request, user: int | None) -> Outcome:
    """Somebody was faster over there, or an old request of ours, fulfilled and lost since, stands in the way."""
    standing = await app.backend.standing(request.media_type, request.tmdb_id)
    found = await _among(app, request, standing)
    if found.twin is not None:
        return found
    fulfilled = await read_other_twins(
        app.db, request, backend=app.backend.name, status=RequestStatus.AVAILABLE
    )
    in_the_way = [r.id for r in standing.requests if r.id in fulfilled and r.is_4k == request.is_4k]
    if not in_the_way:
        raise BadUpstream(
            "Overseerr says that it has this request, and does not show it.", upstream="Overseerr"
        )
    for request_id in in_the_way:
        await app.backend.delete(request_id)
    return Outcome(twin=await _file(app, request, user))


async def _nothing_left(app: MediaApp, request: Request, error: NothingLeft) -> Outcome:
    standing = await app.backend.standing(MediaType.TV, request.tmdb_id)
    found = await _among(app, request, standing)
    if found.twin is not None:
        return found
    async with app.db.read() as connection:
        holding = await read_holding(connection, request.media_type, request.tmdb_id)
    if not request.is_4k and any(holding.lacks(number) for number in request.seasons):
        raise Unavailable(
            "Overseerr still believes that the library has it.", upstream="Overseerr", retry_after=600
        )
    states = standing.seasons_in(is_4k=request.is_4k)
    if all(states.get(number) is Availability.AVAILABLE for number in request.seasons):
        return Outcome(moves_to=RequestStatus.AVAILABLE)
    return Outcome(moves_to=RequestStatus.FAILED, reason=error.detail)


async def _approved(app: MediaApp, twin: BackendRequest) -> BackendRequest:
    match twin.status:
        case BackendStatus.PENDING | BackendStatus.DECLINED:
            await app.backend.approve(twin.id)
        case BackendStatus.FAILED:
            await app.backend.retry(twin.id)
        case _:
            pass
    return await app.backend.request(twin.id) or twin

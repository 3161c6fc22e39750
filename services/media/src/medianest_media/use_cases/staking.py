"""Of several people who ask for the same at the same moment, one gets it, and the database says who."""

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.db import Transaction
from medianest_media.errors import AlreadyAvailable, AlreadyRequested
from medianest_media.mapping import WHY_NOT
from medianest_media.models import EVERY_SEASON, Request
from medianest_media.repository import Claims
from medianest_media.repository.claims import Beginning
from medianest_media.states import WAITING
from medianest_media.use_cases.wishes import Wish


async def stake_out(tx: Transaction, request: Request, wish: Wish, *, caller: Caller) -> Beginning:
    """Claim what the request asks for and is still to be had, and set its seasons accordingly. Returns what else
    decides about it.

    Raises `AlreadyRequested` or `AlreadyAvailable`, with a link to who has it, when nothing is left.
    """
    claims = Claims(tx.session)
    wanted = (EVERY_SEASON,) if wish.free is None else wish.free
    if request.media_type is MediaType.TV:
        wanted = await _not_asked_for_as_a_whole(claims, request, wanted)
    beginning = await claims.begin(request, wanted)
    got = beginning.got
    missed = set(wanted) - set(got)
    left = [number for number in missed if number in wish.states]
    if left:
        # The library has it no more, or `free` would not name it; who had it before does not wait for it.
        got = sorted([*got, *await claims.take_over(request, left)])
    if not got:
        raise _taken(wish, await claims.holder(request, wish.seasons), request, caller)
    if request.media_type is MediaType.TV and wish.seasons is not None:
        request.seasons = got
    return beginning


async def _not_asked_for_as_a_whole(
    claims: Claims, request: Request, wanted: tuple[int, ...]
) -> tuple[int, ...]:
    """Whoever asked for "all" while the backend was away holds every season until their numbers are known."""
    held = await claims.of_title(request.media_type, request.tmdb_id, is_4k=request.is_4k)
    return () if EVERY_SEASON in held or (held and EVERY_SEASON in wanted) else wanted


def _taken(
    wish: Wish, holder: Request | None, request: Request, caller: Caller
) -> AlreadyRequested | AlreadyAvailable:
    existing = {"id": None, "url": f"/api/v1/media/{request.media_type}/{request.tmdb_id}"}
    if holder is not None and (caller.is_admin or holder.user_id == caller.user_id):
        existing = {"id": str(holder.id), "url": f"/api/v1/media/requests/{holder.id}"}
    elif holder is not None and holder.status in WAITING:
        existing |= {"id": str(holder.id), "followUrl": f"/api/v1/media/requests/{holder.id}/follow"}
    asked = {wish.states.get(number, Availability.NONE) for number in wish.seasons or ()}
    if asked == {Availability.AVAILABLE} or (holder and holder.status is RequestStatus.AVAILABLE):
        return AlreadyAvailable(WHY_NOT[Availability.AVAILABLE], existing=existing)
    if holder is None and Availability.REQUESTED not in asked:
        return AlreadyRequested(WHY_NOT[Availability.PROCESSING], existing=existing)
    mine = holder is not None and holder.user_id == caller.user_id
    return AlreadyRequested(
        f"{'You have' if mine else 'Somebody has'} asked for it already.", existing=existing
    )

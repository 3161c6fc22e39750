"""Change what was asked for while nobody has decided: other seasons, another note."""

from collections.abc import Sequence

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import MediaType, RequestMedia, RequestStatus
from medianest_common.contracts.media.changing import EditRequest, RequestEdited
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Forbidden, Invalid, NotFound, Unavailable
from medianest_media.app import MediaApp
from medianest_media.errors import AlreadyRequested, NotEditable
from medianest_media.models import EVERY_SEASON, Person, Request
from medianest_media.moves import note_down, owe, told_of
from medianest_media.quotas import allowance
from medianest_media.repository import Claims, People, Requests
from medianest_media.states import OVER
from medianest_media.use_cases.allowed import demand_room, own_quota, weight
from medianest_media.use_cases.judging import judge
from medianest_media.use_cases.wishes import Wish, understand

_SEASONS_CAN_CHANGE = (RequestStatus.PENDING, RequestStatus.FAILED)


async def edit_request(app: MediaApp, command: EditRequest) -> Raw:
    """Raises `NotFound`, `Forbidden`, `NotEditable`, `AlreadyRequested`, `QuotaExceeded`, `Invalid`."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        asked = await _visible(tx, command, caller)
    wish = await _wish(app, command, asked) if command.seasons is not None else None
    async with app.db.transaction() as tx:
        person = await People(tx.session).get(asked.user_id, lock=True)
        request = await Requests(tx.session).get(command.id, lock=True)
        if request is None or person is None or request.user_id != asked.user_id:
            raise NotFound("There is no such request.")
        _demand_editable(request, caller, seasons=wish is not None)
        changes = [_note(request, command), await _seasons(app, tx, request, person, wish)]
        told = " ".join(change for change in changes if change)
        if told:
            await _tell(app, tx, request, caller, told)
        if changes[1]:
            await _send(app, tx, request, person, wish)
        return Raw(await Requests(tx.session).shown(request.id))


async def _visible(tx: Transaction, command: EditRequest, caller: Caller) -> Request:
    request = await Requests(tx.session).get(command.id)
    if request is None or not (caller.is_admin or request.user_id == caller.user_id):
        raise NotFound("There is no such request.")
    return request


async def _wish(app: MediaApp, command: EditRequest, request: Request) -> Wish:
    if request.media_type is MediaType.MOVIE:
        raise Invalid(errors=[FieldError("seasons", "A film has no seasons.")])
    wanted = RequestMedia(
        media_type=request.media_type,
        tmdb_id=request.tmdb_id,
        seasons=command.seasons,
        is_4k=request.is_4k,
    )
    wish = await understand(app, wanted)
    if wish.seasons is None:
        raise Unavailable("Nobody can say right now which seasons there are. Name them, or try again later.")
    return wish


def _demand_editable(request: Request, caller: Caller, *, seasons: bool) -> None:
    if not caller.is_admin and request.status is not RequestStatus.PENDING:
        if request.status in OVER:
            raise NotEditable("It is over. Ask for it anew.")
        raise Forbidden("It has been decided. Ask an administrator to change it.")
    if seasons and request.status not in _SEASONS_CAN_CHANGE:
        raise NotEditable("Its seasons are being fetched. Ask for further seasons with a new request.")
    if request.status in OVER:
        raise NotEditable("It is over. Ask for it anew.")


def _note(request: Request, command: EditRequest) -> str | None:
    note = request.note if command.note is None else command.note.strip() or None
    note = None if command.clear_note else note
    if note == request.note:
        return None
    request.note = note
    return "Another note." if note else "The note was taken away."


async def _seasons(
    app: MediaApp, tx: Transaction, request: Request, person: Person, wish: Wish | None
) -> str | None:
    """New claims are staked before old ones are let go, so that two who exchange seasons do not wait in a ring."""
    if wish is None or wish.seasons is None:
        return None
    claims, held = Claims(tx.session), [EVERY_SEASON] if request.all_seasons else request.seasons
    fresh = set(wish.free or ()) - set(held)
    got = set(await claims.stake(request, fresh)) if fresh else set()
    left = [number for number in fresh - got if number in wish.states]
    if left:
        got |= set(await claims.take_over(request, left))
    seasons = sorted(got | (set(held) & set(wish.seasons)))
    if not seasons or (fresh and not got and seasons == request.seasons):
        raise AlreadyRequested("Somebody has asked for these seasons already.", existing=_page(request))
    if seasons == request.seasons:
        return None
    await _demand_room(app, tx, request, person, number=len(seasons))
    told = f"Seasons {_listed(request.seasons)} → {_listed(seasons)}."
    request.seasons, request.all_seasons = seasons, False
    await claims.release(request, set(held) - set(seasons))
    return told


async def _demand_room(
    app: MediaApp, tx: Transaction, request: Request, person: Person, *, number: int
) -> None:
    """What is made larger counts as a whole from now on."""
    before = weight(request)
    if not request.uses_quota or number <= before:
        return
    now = app.clock.now()
    own = await own_quota(tx, person)
    since = allowance(app.settings, request.media_type, person.role, own).since(now)
    counted = (request.counted_at or request.created_at) > since
    await demand_room(app, tx, person, request, own=own, more=number - before if counted else number)
    request.counted_at = now


async def _tell(app: MediaApp, tx: Transaction, request: Request, caller: Caller, told: str) -> None:
    await note_down(tx, request, now=app.clock.now(), by=caller, reason=told)
    tx.emit(RequestEdited(**await told_of(tx, request, by=caller, reason=told)))


async def _send(app: MediaApp, tx: Transaction, request: Request, person: Person, wish: Wish | None) -> None:
    """The backend hears of it, and the rules look at it again. What has failed waits for the next attempt."""
    if request.status is not RequestStatus.PENDING:
        return
    if wish is not None:
        await judge(app, tx, request, person=person, genres=wish.genres, size=wish.size)
    owe(tx, request, now=app.clock.now())


def _page(request: Request) -> dict[str, str | None]:
    return {"id": None, "url": f"/api/v1/media/{request.media_type}/{request.tmdb_id}"}


def _listed(seasons: Sequence[int]) -> str:
    return ", ".join(str(number) for number in seasons) or "all"

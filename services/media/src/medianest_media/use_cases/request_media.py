"""A person asks for a film, or for seasons of a show.

The request is saved first and told to the backend afterwards, so whether the backend answers never decides whether
somebody may ask. What decides is in the database: who has it already (claims) and how much is left (quota).
"""

from medianest_common.bus import Raw, require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import RequestMedia, RequestSource, RequestStatus
from medianest_common.db import Transaction
from medianest_common.errors import Forbidden, NotFound
from medianest_media.app import MediaApp
from medianest_media.models import Person, Request
from medianest_media.moves import move, owe
from medianest_media.repository import People
from medianest_media.repository.saving import save_new
from medianest_media.titles import words_of
from medianest_media.use_cases.allowed import demand_4k, demand_room, own_quota, weight
from medianest_media.use_cases.judging import judge
from medianest_media.use_cases.staking import stake_out
from medianest_media.use_cases.wishes import Wish, understand

_REASONS = {RequestSource.WATCHLIST: "From the watchlist at Plex."}


async def request_media(
    app: MediaApp, command: RequestMedia, *, source: RequestSource = RequestSource.PORTAL
) -> Raw:
    """Raises `AlreadyRequested`, `AlreadyAvailable`, `NotRequestable`, `QuotaExceeded`, `TitleUnknown`, `Invalid`."""
    caller = require_caller()
    for_another = command.user_id is not None and command.user_id != caller.user_id
    if for_another and not caller.is_admin:
        raise Forbidden("Only administrators ask for somebody else.")
    if not command.uses_quota and not for_another:
        raise Forbidden(
            "Only what an administrator asks for in somebody else's name can be on top of the quota."
        )
    wish = await understand(app, command)
    async with app.db.transaction() as tx:
        person = await _for_whom(tx, command, caller)
        request = new_request(app, command, wish, person)
        request.source = RequestSource.ON_BEHALF if for_another else source
        if request.is_4k:
            demand_4k(app, person, await own_quota(tx, person))
        beginning = await stake_out(tx, request, wish, caller=caller)
        if request.uses_quota:
            await demand_room(app, tx, person, request, own=beginning.own, more=weight(request))
        tx.session.add(request)
        reason = _on_behalf(request) if for_another else _REASONS.get(source)
        await move(tx, request, RequestStatus.PENDING, now=app.clock.now(), by=caller, reason=reason)
        await judge(
            app,
            tx,
            request,
            person=person,
            genres=wish.genres,
            size=wish.size,
            by=caller,
            ruled=beginning.ruled,
        )
        owe(tx, request, now=app.clock.now())
        return Raw(await save_new(tx, request))


async def _for_whom(tx: Transaction, command: RequestMedia, caller: Caller) -> Person:
    """Locked: requests for one person come here one at a time."""
    if command.user_id is None or command.user_id == caller.user_id:
        return await People(tx.session).in_turn(caller)
    person = await People(tx.session).get(command.user_id, lock=True)
    if person is None or person.erased_at is not None or not person.name:
        raise NotFound("There is no such person.")
    return person


def _on_behalf(request: Request) -> str:
    """Without a name, which would stay behind when they leave."""
    return "On their behalf." if request.uses_quota else "On their behalf, on top of the quota."


def new_request(app: MediaApp, command: RequestMedia, wish: Wish, person: Person) -> Request:
    now = app.clock.now()
    return Request(
        id=uuid7(),
        user_id=person.id,
        media_type=command.media_type,
        tmdb_id=command.tmdb_id,
        is_4k=command.is_4k,
        seasons=[],
        all_seasons=wish.seasons is None,
        title=wish.title,
        title_words=words_of(wish.title),
        title_known=wish.title_known,
        year=wish.year,
        poster_path=wish.poster_path,
        note=(command.note or "").strip() or None,
        version=0,
        created_at=now,
        checked_at=now,
        uses_quota=command.uses_quota,
        unjudged=False,
    )

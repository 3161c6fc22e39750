"""A person asks for a film, or for seasons of a show.

The request is saved first and told to the backend afterwards, so whether the backend answers never decides whether
somebody may ask. What decides is in the database: who has it already (claims) and how much is left (quota).
"""

from medianest_common.bus import Raw, require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import MediaType, RequestMedia, RequestStatus
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.errors import QuotaExceeded
from medianest_media.models import Person, Request
from medianest_media.moves import move, owe
from medianest_media.quotas import allowance, fits, quota_state
from medianest_media.repository import People, Requests
from medianest_media.titles import words_of
from medianest_media.use_cases.staking import stake_out
from medianest_media.use_cases.wishes import Wish, understand


async def request_media(app: MediaApp, command: RequestMedia) -> Raw:
    """Raises `AlreadyRequested`, `AlreadyAvailable`, `NotRequestable`, `QuotaExceeded`, `TitleUnknown`, `Invalid`."""
    caller = require_caller()
    wish = await understand(app, command)
    async with app.db.transaction() as tx:
        person = await People(tx.session).in_turn(caller)
        request = _new_request(app, command, wish, person)
        await stake_out(tx, request, wish, caller=caller)
        await _check_quota(app, tx, request, caller=caller)
        tx.session.add(request)
        now = app.clock.now()
        await move(tx, request, RequestStatus.PENDING, now=now, by=caller)
        if caller.is_admin:
            await move(tx, request, RequestStatus.APPROVED, now=now, by=caller)
        owe(tx, request, now=now)
        return Raw(await Requests(tx.session).shown(request.id))


def _new_request(app: MediaApp, command: RequestMedia, wish: Wish, person: Person) -> Request:
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
    )


async def _check_quota(app: MediaApp, tx: Transaction, request: Request, *, caller: Caller) -> None:
    """Requests of one person come here one at a time, so that many at once cannot each find room for the last one."""
    allowed = allowance(app.settings, request.media_type, caller.role)
    if allowed.limit is None:
        return
    usage = await Requests(tx.session).usage(
        caller.user_id, request.media_type, since=allowed.since(app.clock.now())
    )
    films = request.media_type is MediaType.MOVIE
    more = 1 if films else max(1, len(request.seasons))
    if not fits(allowed, usage, more=more):
        state = quota_state(allowed, usage)
        raise QuotaExceeded(
            f"You may ask for {allowed.limit} {'films' if films else 'seasons'} in {allowed.days} days;"
            f" {state.remaining} left.",
            quota=state.model_dump(mode="json"),
        )

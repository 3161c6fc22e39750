"""An administrator says how far a request is that no system fetches, and that what was fetched is there where the
library does not recognise it. Twice the same is one effect."""

from medianest_common.bus import Raw, require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.marking import Mark, MarkRequest
from medianest_common.errors import FieldError, Invalid, NotFound
from medianest_media.app import MediaApp
from medianest_media.auditing import decided
from medianest_media.errors import FetchedBySystem, WrongState
from medianest_media.models import Request
from medianest_media.moves import belongs_to, move
from medianest_media.repository import Requests
from medianest_media.states import report
from medianest_media.use_cases.known_titles import forget_details


async def mark_request(app: MediaApp, command: MarkRequest) -> Raw:
    admin, reason = require(Permission.DECIDE_REQUESTS), (command.reason or "").strip() or None
    if command.status is Mark.FAILED and reason is None:
        raise Invalid(errors=[FieldError("reason", "Say why.")])
    to = RequestStatus(command.status)
    async with app.db.transaction() as tx:
        request = await Requests(tx.session).get(command.id, lock=True)
        if request is None:
            raise NotFound("There is no such request.")
        by_hand = app.backend.by_hand(request.media_type, is_4k=request.is_4k)
        if not by_hand and not (to is RequestStatus.AVAILABLE and await _fetched(app, request)):
            system = app.backend.called(request.media_type)
            raise FetchedBySystem(f"{system} fetches it and says how far it is.")
        steps = report(request.status, to)
        if not steps and request.status is not to:
            words = request.status.value.replace("_", " ")
            raise WrongState(f"A request that is {words} cannot be marked {to}.", state=request.status.value)
        if steps:
            decided(tx, "request_mark", f"request:{request.id}")
        for step in steps:
            await move(
                tx, request, step, now=app.clock.now(), by=admin, reason=reason if step is to else None
            )
        # It is in an administrator's hands, so there is nobody left to tell.
        belongs_to(request, app.backend.name)
        if by_hand:
            request.backend_id, request.adopted = None, False
        request.in_line, request.waiting_reason = True, None
        tx.after_commit(lambda: forget_details(app, request.media_type, request.tmdb_id))
        return Raw(await Requests(tx.session).shown(request.id))


async def _fetched(app: MediaApp, request: Request) -> bool:
    if request.backend != app.backend.name or request.backend_id is None:
        return False
    return await app.backend.has_all(request.backend_id)

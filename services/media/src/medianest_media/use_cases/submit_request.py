"""Make the backend know a request as it stands. Safe to run any number of times: it looks before it acts."""

import structlog

from medianest_common.contracts.media import RequestStatus, SubmitRequest
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_media.adapters.backend import BackendRefused
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent, TitleUnknown
from medianest_media.models import Request
from medianest_media.moves import belongs_to, move, owe
from medianest_media.repository import People, Requests
from medianest_media.states import OVER, report
from medianest_media.use_cases.ask_apart import ask_apart
from medianest_media.use_cases.fill_in import fill_in
from medianest_media.use_cases.known_titles import forget_details
from medianest_media.use_cases.reconcile import take_over
from medianest_media.use_cases.twin import Outcome, ensure_twin, remove_twin

log = structlog.get_logger()


async def submit_request(app: MediaApp, job: SubmitRequest) -> None:
    """Raises what is transient, for another attempt later; meanwhile the request says what it waits for."""
    try:
        await fill_in(app, job.request_id)
        async with app.talking, app.db.transaction() as tx:
            requests = Requests(tx.session)
            request = await requests.get(job.request_id)
            if request is None or request.in_line:
                return
            await requests.alone_with(request)
            if not request.in_line:
                await _bring_in_line(app, tx, request)
    except BeingSent:
        raise
    except MediaNestError as error:
        await _say_why(app, job, error)
        raise


async def _bring_in_line(app: MediaApp, tx: Transaction, request: Request) -> None:
    version = request.version
    people = People(tx.session)
    had_account = await people.has_plex_account(request.user_id)
    outcome = await _tell(app, request)
    # First the person and then what they asked for, as whoever tells of the person does.
    has_account = bool(outcome.held_because) and await people.has_plex_account(request.user_id, lock=True)
    await Requests(tx.session).lock(request)
    belongs_to(request, app.backend.name)
    if outcome.twin is not None:
        request.backend_id, request.adopted = outcome.twin.id, outcome.adopted
    if request.version != version:
        return  # somebody decided in the meantime; the job that came with the decision does the rest
    if has_account and not had_account:
        # Whatever waited for the account has been taken up already, and this did not wait yet.
        owe(tx, request, now=app.clock.now())
        return
    if outcome.left_out:
        await ask_apart(app, tx, request, outcome.left_out)
    request.in_line = True
    request.waiting_reason = outcome.held_because
    tx.after_commit(lambda: forget_details(app, request.media_type, request.tmdb_id))
    if outcome.twin is not None and request.status not in OVER:
        await take_over(app, tx, request, outcome.twin)
    for step in report(request.status, outcome.moves_to) if outcome.moves_to else ():
        log.info("request_moved", request_id=str(request.id), status=step.value, by="backend")
        await move(tx, request, step, now=app.clock.now(), reason=outcome.reason)


async def _tell(app: MediaApp, request: Request) -> Outcome:
    try:
        return await (remove_twin if request.status in OVER else ensure_twin)(app, request)
    except (BackendRefused, TitleUnknown) as error:
        return Outcome(moves_to=RequestStatus.FAILED, reason=error.detail)


async def _say_why(app: MediaApp, job: SubmitRequest, error: MediaNestError) -> None:
    reason = f"{(error.detail or error.title).rstrip('.')}. It is tried again by itself."
    async with app.db.transaction() as tx:
        await Requests(tx.session).waits(job.request_id, reason=reason, at=app.clock.now())

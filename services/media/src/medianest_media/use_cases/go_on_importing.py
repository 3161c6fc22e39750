"""One turn of an import after the other: first everybody, then every request, then what becomes of each.

A turn reads a few pages or judges one batch, and is saved together with the job for the next one. So an import that is
killed goes on where it was, and a turn that comes twice does nothing the second time.
"""

from datetime import timedelta

import structlog

from medianest_common.contracts.media.importing import GoOnImporting, ImportEnded, ImportState, ImportStep
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_media.adapters.backend import BackendMisconfigured
from medianest_media.adapters.overseerr_archive import OverseerrArchive
from medianest_media.app import MediaApp
from medianest_media.models import Import
from medianest_media.repository.importing import Imports
from medianest_media.use_cases.judge_imported import judge_some
from medianest_media.use_cases.read_their_lists import keep_requests, keep_users

log = structlog.get_logger()

_PAGES = 5
_WAITS = (1, 2, 5, 10, 20, 30, 60, 60)
"""Seconds until the next attempt, while Overseerr does not answer as it should; then the import has failed."""


async def go_on_importing(app: MediaApp, job: GoOnImporting) -> None:
    async with app.db.transaction() as tx:
        run = await Imports(tx.session).at_turn(job.import_id, job.turn)
    if run is None:
        return
    try:
        await _turn(app, job, ImportStep(run.step), skip=run.skip)
    except MediaNestError as error:
        await _put_off(app, job, error)


async def _turn(app: MediaApp, job: GoOnImporting, step: ImportStep, *, skip: int) -> None:
    if step is ImportStep.PEOPLE:
        async with OverseerrArchive.open(app.settings, clock=app.clock) as archive:
            users = await archive.users(skip=skip)
        async with app.db.transaction() as tx:
            if run := await Imports(tx.session).at_turn(job.import_id, job.turn):
                await keep_users(tx, run, users)
                _next(app, tx, run)
        return
    if step is ImportStep.REQUESTS:
        async with OverseerrArchive.open(app.settings, clock=app.clock) as archive:
            await _read_requests(app, archive, job, skip=skip)
        return
    async with app.db.transaction() as tx:
        if run := await Imports(tx.session).at_turn(job.import_id, job.turn):
            await judge_some(app, tx, run)
            _next(app, tx, run)


async def _read_requests(app: MediaApp, archive: OverseerrArchive, job: GoOnImporting, *, skip: int) -> None:
    """A few pages, each kept at once: whoever takes this turn up again goes on behind the last one."""
    for page in range(1, _PAGES + 1):
        requests = await archive.requests(skip=skip)
        async with app.db.transaction() as tx:
            run = await Imports(tx.session).at_turn(job.import_id, job.turn)
            if run is None or run.skip != skip:
                return
            await keep_requests(tx, run, requests)
            run.updated_at = app.clock.now()
            skip = run.skip
            if requests.last or page == _PAGES:
                _next(app, tx, run)
                return


def _next(app: MediaApp, tx: Transaction, run: Import) -> None:
    run.turn += 1
    run.failures = 0
    run.problem = None
    run.updated_at = app.clock.now()
    if run.step != ImportStep.DONE:
        tx.enqueue(GoOnImporting(import_id=run.id, turn=run.turn))
        return
    run.state = ImportState.DONE
    run.finished_at = run.updated_at
    _tell(tx, run)
    log.info("import_done", import_id=str(run.id), dry_run=run.dry_run, turns=run.turn)


async def _put_off(app: MediaApp, job: GoOnImporting, error: MediaNestError) -> None:
    why = (error.detail or error.title).rstrip(".")
    log.info("import_put_off", import_id=str(job.import_id), reason=error.code)
    async with app.db.transaction() as tx:
        run = await Imports(tx.session).at_turn(job.import_id, job.turn)
        if run is None:
            return
        run.updated_at = app.clock.now()
        if run.failures >= len(_WAITS) or isinstance(error, BackendMisconfigured):
            run.state, run.finished_at = ImportState.FAILED, run.updated_at
            run.problem = f"{why}. Start it again; what was taken over stays and is not taken over twice."
            _tell(tx, run)
            return
        wait = max(_WAITS[run.failures], min(error.retry_after or 0, _WAITS[-1]))
        run.failures += 1
        run.turn += 1
        run.problem = f"{why}. It is tried again by itself."
        tx.enqueue(GoOnImporting(import_id=run.id, turn=run.turn), delay=timedelta(seconds=wait))


def _tell(tx: Transaction, run: Import) -> None:
    tx.emit(
        ImportEnded(import_id=run.id, dry_run=run.dry_run, problem=run.problem, started_by=run.started_by)
    )

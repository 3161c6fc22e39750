"""An administrator takes over what an Overseerr has from before, or looks what that would do."""

from uuid import UUID

from medianest_common.bus import require, require_operator
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media.importing import (
    GoOnImporting,
    ImportRun,
    ImportState,
    ImportStep,
    OperatorStartImport,
    StartImport,
)
from medianest_media.adapters.overseerr_archive import OverseerrArchive
from medianest_media.app import MediaApp
from medianest_media.auditing import decided
from medianest_media.errors import ImportRunning
from medianest_media.repository.importing import Imports
from medianest_media.use_cases.resume_import import STALE_AFTER
from medianest_media.use_cases.show_imports import shown_run


async def start_import(app: MediaApp, command: StartImport) -> ImportRun:
    by = require(Permission.MANAGE_SERVICES)
    return await _start(app, dry_run=command.dry_run, by=by.user_id)


async def operator_start_import(app: MediaApp, command: OperatorStartImport) -> ImportRun:
    require_operator()
    return await _start(app, dry_run=command.dry_run, by=None)


async def _start(app: MediaApp, *, dry_run: bool, by: UUID | None) -> ImportRun:
    """Says at once when there is nothing to import from. Raises `ImportRunning`."""
    async with OverseerrArchive.open(app.settings, clock=app.clock) as archive:
        await archive.check()
    now, run = app.clock.now(), uuid7()
    async with app.db.transaction() as tx:
        imports = Imports(tx.session)
        await imports.give_up_stale(before=now - STALE_AFTER, now=now)
        started = await imports.started(
            {
                "id": run,
                "dry_run": dry_run,
                "state": ImportState.RUNNING,
                "step": ImportStep.PEOPLE,
                "turn": 0,
                "skip": 0,
                "passes": 0,
                "failures": 0,
                "unreadable": 0,
                "started_by": by,
                "started_at": now,
                "updated_at": now,
            }
        )
        if not started:
            raise ImportRunning("An import is running. Wait until it has ended.")
        await imports.forget_older(than=run, dry_run=dry_run)
        tx.enqueue(GoOnImporting(import_id=run, turn=0))
        if by is not None:
            decided(tx, "request_import_try" if dry_run else "request_import", f"request_import:{run}")
    async with app.db.read() as connection:
        return await shown_run(connection, run)

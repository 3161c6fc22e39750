"""An import whose next turn was lost, as with the storage of the bus, goes on; one that cannot ends and says so."""

from datetime import timedelta

import structlog
from sqlalchemy import select

from medianest_common.contracts.media.importing import GoOnImporting, ImportState
from medianest_media.app import MediaApp
from medianest_media.models import Import
from medianest_media.repository.importing import Imports

log = structlog.get_logger()

LOOK_SECONDS = 5.0
STALE_AFTER = timedelta(minutes=15)
_QUIET_FOR = timedelta(minutes=3)
"""Longer than a turn takes or is put off. One that comes twice is done once all the same."""


async def resume_import(app: MediaApp) -> None:
    now = app.clock.now()
    quiet = select(Import.id, Import.turn).where(
        Import.state == ImportState.RUNNING, Import.updated_at < now - _QUIET_FOR
    )
    async with app.db.transaction() as tx:
        await Imports(tx.session).give_up_stale(before=now - STALE_AFTER, now=now)
        for import_id, turn in (await tx.session.execute(quiet)).all():
            log.info("import_resumed", import_id=str(import_id), turn=turn)
            tx.enqueue(GoOnImporting(import_id=import_id, turn=turn))

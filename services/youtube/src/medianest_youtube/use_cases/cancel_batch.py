"""A list is read no further, and what of it is not there yet is not fetched."""

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube import downloads
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.errors import Conflict, NotFound
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Batch, Download
from medianest_youtube.states import TO_COME
from medianest_youtube.use_cases.end_downloads import end_later
from medianest_youtube.use_cases.list_batches import NO_SUCH_BATCH, shown_batch


class BatchOver(Conflict):
    """There is nothing to cancel any more."""


async def cancel_batch(app: YoutubeApp, command: downloads.CancelBatch) -> downloads.Batch:
    """Whoever reads it notices within half a second; of its pages none can be written after this."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        found = select(Batch).where(Batch.id == command.id).with_for_update(key_share=True)
        batch = (await tx.session.scalars(found)).one_or_none()
        if batch is None or not (caller.is_admin or batch.user_id == caller.user_id):
            raise NotFound(NO_SUCH_BATCH)
        to_come = (
            select(Download.id)
            .join(Asset, Asset.id == Download.asset_id)
            .where(Download.batch_id == batch.id, Download.ended_at.is_(None), Asset.status.in_(TO_COME))
            .order_by(Download.id)
        )
        left = list(await tx.session.scalars(to_come))
        if batch.status is BatchStatus.INDEXED and not left:
            raise BatchOver("All of it has been downloaded, or has failed.")
        if batch.status is not BatchStatus.FAILED:
            batch.status = BatchStatus.CANCELLED
        batch.epoch += 1
        batch.lease_until = batch.not_before = None
        end_later(tx, left)
    return await shown_batch(app, command.id, to=caller)

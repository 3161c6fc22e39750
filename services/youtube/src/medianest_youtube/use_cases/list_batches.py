"""Lists that were asked for as a whole."""

from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.downloads import Batch, GetBatch, ListBatches
from medianest_youtube.app import YoutubeApp
from medianest_youtube.list_views import BATCHES, batch_view
from medianest_youtube.own_rows import OwnRows

NO_SUCH_BATCH = "There is no such batch."
_BATCHES = OwnRows("batches", BATCHES, batch_view, missing=NO_SUCH_BATCH)


async def list_batches(app: YoutubeApp, query: ListBatches) -> Page[Batch]:
    return await _BATCHES.page(app, query)


async def get_batch(app: YoutubeApp, query: GetBatch) -> Batch:
    return await shown_batch(app, query.id, to=require_caller())


async def shown_batch(app: YoutubeApp, batch_id: UUID, *, to: Caller) -> Batch:
    return await _BATCHES.one(app, batch_id, to=to)

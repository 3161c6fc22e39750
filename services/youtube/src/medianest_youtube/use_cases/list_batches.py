"""Lists that were asked for as a whole: everybody's for an administrator, one's own otherwise."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.downloads import Batch, GetBatch, ListBatches
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_youtube.app import YoutubeApp
from medianest_youtube.list_views import BATCHES, batch_view

NO_SUCH_BATCH = "There is no such batch."
_ORDER = "batches"


async def list_batches(app: YoutubeApp, query: ListBatches) -> Page[Batch]:
    caller = require_caller()
    conditions, values = ["true"], dict[str, Any](rows=query.limit + 1)
    if query.mine or not caller.is_admin:
        conditions.append("b.user_id = :user_id")
        values["user_id"] = caller.user_id
    if query.cursor:
        conditions.append("b.id < :before")
        (values["before"],) = decode_cursor(query.cursor, _ORDER, UUID)
    found = await _found(app, conditions, values)
    page = found[: query.limit]
    following = encode_cursor(_ORDER, page[-1].id) if len(found) > query.limit else None
    return Page(items=page, next_cursor=following)


async def get_batch(app: YoutubeApp, query: GetBatch) -> Batch:
    return await shown_batch(app, query.id, to=require_caller())


async def shown_batch(app: YoutubeApp, batch_id: UUID, *, to: Caller) -> Batch:
    """To others it does not exist."""
    values = {"rows": 1, "id": batch_id, "user_id": to.user_id}
    conditions = ["b.id = :id"] if to.is_admin else ["b.id = :id", "b.user_id = :user_id"]
    found = await _found(app, conditions, values)
    if not found:
        raise NotFound(NO_SUCH_BATCH)
    return found[0]


async def _found(app: YoutubeApp, conditions: list[str], values: dict[str, Any]) -> list[Batch]:
    statement = text(BATCHES.format(conditions=" and ".join(conditions)))
    async with app.db.read() as connection:
        return [batch_view(row) for row in (await connection.execute(statement, values)).mappings()]

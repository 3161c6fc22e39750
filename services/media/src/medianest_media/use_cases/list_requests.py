"""A page of requests: everybody's for an administrator, one's own otherwise. Made into JSON by PostgreSQL.

Pages follow a key and not a number, and every combination of filter and order has its index (`models.LIST_FILTERS`), so
a page costs the same wherever it is and however many requests there are. A search by words (`q`) uses an index of the
words of titles; PostgreSQL chooses between it and the order by how common the words are.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media import ListRequests, RequestSort
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.mapping import REQUEST_IN_LIST
from medianest_media.repository import read_counts
from medianest_media.titles import prefix_query

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ORDERS = {
    RequestSort.NEWEST: ("r.id desc", "r.id < cast(:id as uuid)"),
    RequestSort.OLDEST: ("r.id", "r.id > cast(:id as uuid)"),
    RequestSort.UPDATED: (
        "r.updated_at desc, r.id desc",
        "(r.updated_at, r.id) < (cast(:updated_at as timestamptz), cast(:id as uuid))",
    ),
}


async def list_requests(app: MediaApp, query: ListRequests) -> Raw:
    caller = require_caller()
    owner = None if caller.is_admin and not query.mine else caller.user_id
    order, beyond = _ORDERS[query.sort]
    by_change = query.sort is RequestSort.UPDATED
    conditions, values = _conditions(query, owner)
    if query.cursor:
        conditions.append(beyond)
        values |= _key_in(query.cursor, query.sort)
    where = f"where {' and '.join(conditions)}" if conditions else ""
    # One row more than the page, whose only use is to tell that there is one.
    statement = text(f"""
        select ({REQUEST_IN_LIST})::text, r.id, r.updated_at
        from (select * from requests r {where} order by {order} limit :rows) r
        join people p on p.id = r.user_id
        order by {order}
    """)  # noqa: S608
    async with app.db.read() as connection:
        rows = (await connection.execute(statement, {**values, "rows": query.limit + 1})).all()
        total = await _total(connection, query, owner) if query.total else None
    page = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        _, last_id, last_change = page[-1]
        moment = [(last_change - _EPOCH) // _MICROSECOND] if by_change else []
        cursor = encode_cursor(query.sort, *moment, last_id)
    items = ",".join([row[0] for row in page])
    return Raw(
        f'{{"items":[{items}],"nextCursor":{json.dumps(cursor)},"total":{json.dumps(total)}}}'.encode()
    )


def _conditions(query: ListRequests, owner: UUID | None) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if owner is not None:
        conditions.append("r.user_id = :owner")
        values["owner"] = owner
    if query.status is not None:
        conditions.append("r.status = :status")
        values["status"] = query.status.value
    if query.stuck:
        conditions.append("r.stuck_since is not null")
    if query.media_type is not None:
        conditions.append("r.media_type = :media_type")
        values["media_type"] = query.media_type.value
    if query.q:
        words = prefix_query(query.q)
        conditions.append(
            "to_tsvector('simple', r.title_words) @@ to_tsquery('simple', :words)" if words else "false"
        )
        if words:
            values["words"] = words
    return conditions, values


def _key_in(cursor: str, sort: RequestSort) -> dict[str, Any]:
    if sort is not RequestSort.UPDATED:
        return {"id": decode_cursor(cursor, sort, UUID)[0]}
    moment, last_id = decode_cursor(cursor, sort, int, UUID)
    try:
        return {"id": last_id, "updated_at": _EPOCH + moment * _MICROSECOND}
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None


async def _total(connection: AsyncConnection, query: ListRequests, owner: UUID | None) -> int | None:
    """From the counters; a search has none, and neither have those that are stuck."""
    if query.q or query.stuck:
        return None
    counts = await read_counts(connection, user_id=owner)
    return sum(
        n
        for media_type, status, n in counts
        if query.media_type in (None, media_type) and query.status in (None, status)
    )

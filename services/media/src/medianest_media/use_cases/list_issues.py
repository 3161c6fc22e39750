"""A page of issues: everybody's for an administrator, one's own otherwise."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.issues import IssueSort, ListIssues
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.issue_views import ISSUE_IN_LIST
from medianest_media.use_cases.one_issue import sees_all

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ORDERS = {
    IssueSort.NEWEST: ("i.id desc", "i.id < cast(:id as uuid)"),
    IssueSort.UPDATED: (
        "i.updated_at desc, i.id desc",
        "(i.updated_at, i.id) < (cast(:updated_at as timestamptz), cast(:id as uuid))",
    ),
}


async def list_issues(app: MediaApp, query: ListIssues) -> Raw:
    order, beyond = _ORDERS[query.sort]
    conditions, values = _conditions(query)
    if query.cursor:
        conditions.append(beyond)
        values |= _key_in(query.cursor, query.sort)
    statement = text(f"""
        select ({ISSUE_IN_LIST})::text, i.id, i.updated_at
        from (select * from issues i where {" and ".join(conditions)} order by {order} limit :rows) i
        left join people p on p.id = i.user_id
        order by {order}
    """)  # noqa: S608
    async with app.db.read() as connection:
        rows = (await connection.execute(statement, {**values, "rows": query.limit + 1})).all()
    page = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        _, last_id, last_change = page[-1]
        by_change = query.sort is IssueSort.UPDATED
        moment = [(last_change - _EPOCH) // _MICROSECOND] if by_change else []
        cursor = encode_cursor(query.sort, *moment, last_id)
    items = ",".join(row[0] for row in page)
    return Raw(f'{{"items":[{items}],"nextCursor":{json.dumps(cursor)},"total":null}}'.encode())


def _conditions(query: ListIssues) -> tuple[list[str], dict[str, Any]]:
    caller = require_caller()
    conditions = ["not i.removed"]
    filters = {
        "user_id": None if sees_all(caller) and not query.mine else caller.user_id,
        "status": query.status,
        "kind": query.type,
        "media_type": query.media_type,
        "tmdb_id": query.tmdb_id,
    }
    values = {column: value for column, value in filters.items() if value is not None}
    conditions += [f"i.{column} = :{column}" for column in values]
    return conditions, {
        name: str(v) if name in ("status", "kind", "media_type") else v for name, v in values.items()
    }


def _key_in(cursor: str, sort: IssueSort) -> dict[str, Any]:
    if sort is IssueSort.NEWEST:
        return {"id": decode_cursor(cursor, sort, UUID)[0]}
    moment, last_id = decode_cursor(cursor, sort, int, UUID)
    try:
        return {"id": last_id, "updated_at": _EPOCH + moment * _MICROSECOND}
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None

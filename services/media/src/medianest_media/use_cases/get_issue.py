"""One issue with what was said about it."""

import json
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.issues import GetIssue, ListIssueComments
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.issue_views import COMMENT, ISSUE_WITH_COMMENTS
from medianest_media.use_cases.one_issue import NO_SUCH_ISSUE, sees_all

_VISIBLE = "i.id = :id and not i.removed and (:sees_all or i.user_id = :me)"
_ISSUE = text(
    f"select {ISSUE_WITH_COMMENTS}::text"  # noqa: S608
    f" from issues i left join people p on p.id = i.user_id where {_VISIBLE}"
)
_IS_VISIBLE = text(f"select 1 from issues i where {_VISIBLE}")  # noqa: S608
_COMMENTS = text(f"""
    select {COMMENT}::text, c.id from issue_comments c left join people cp on cp.id = c.user_id
    where c.issue_id = :id and (cast(:before as uuid) is null or c.id < cast(:before as uuid))
    order by c.id desc limit :rows
""")  # noqa: S608
_ORDER = "comments"


async def get_issue(app: MediaApp, query: GetIssue) -> Raw:
    async with app.db.read() as connection:
        shown: str | None = (await connection.execute(_ISSUE, _values(query.id))).scalar_one_or_none()
    if shown is None:
        raise NotFound(NO_SUCH_ISSUE)
    return Raw(shown.encode())


async def list_issue_comments(app: MediaApp, query: ListIssueComments) -> Raw:
    before = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else None
    async with app.db.read() as connection:
        if (await connection.execute(_IS_VISIBLE, _values(query.id))).first() is None:
            raise NotFound(NO_SUCH_ISSUE)
        values = {"id": query.id, "before": before, "rows": query.limit + 1}
        rows = (await connection.execute(_COMMENTS, values)).all()
    page = rows[: query.limit]
    cursor = encode_cursor(_ORDER, page[-1][1]) if len(rows) > query.limit else None
    items = ",".join(row[0] for row in page)
    return Raw(f'{{"items":[{items}],"nextCursor":{json.dumps(cursor)},"total":null}}'.encode())


def _values(issue_id: UUID) -> dict[str, object]:
    caller = require_caller()
    return {"id": issue_id, "me": caller.user_id, "sees_all": sees_all(caller)}

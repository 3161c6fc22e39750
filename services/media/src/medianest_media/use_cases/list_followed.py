"""The other people's requests that one follows."""

import json
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.changing import ListFollowed
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.mapping import REQUEST_AS_FOLLOWED

_ORDER = "followed"
_STATEMENT = text(f"""
    select ({REQUEST_AS_FOLLOWED})::text, r.id
    from (
        select request_id from followers
        where user_id = :me and request_id < cast(:below as uuid) order by request_id desc limit :rows
    ) f
    join requests r on r.id = f.request_id join people p on p.id = r.user_id
    order by r.id desc
""")  # noqa: S608
_LAST = UUID(int=2**128 - 1)


async def list_followed(app: MediaApp, query: ListFollowed) -> Raw:
    below = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else _LAST
    values = {
        "me": require_caller().user_id,
        "below": below,
        "rows": query.limit + 1,
        "names_shown": app.settings.media_show_requesters,
    }
    async with app.db.read() as connection:
        rows = (await connection.execute(_STATEMENT, values)).all()
    page = rows[: query.limit]
    cursor = encode_cursor(_ORDER, page[-1][1]) if len(rows) > query.limit else None
    items = ",".join(row[0] for row in page)
    return Raw(f'{{"items":[{items}],"nextCursor":{json.dumps(cursor)}}}'.encode())

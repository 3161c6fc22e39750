"""One request with its history, for whoever made it and for administrators."""

from sqlalchemy import text

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media import GetRequest
from medianest_common.errors import NotFound
from medianest_media.app import MediaApp
from medianest_media.mapping import REQUEST_WITH_HISTORY

_STATEMENT = text(f"""
    select {REQUEST_WITH_HISTORY}::text from requests r join people p on p.id = r.user_id
    where r.id = :id and (:sees_all or r.user_id = :me)
""")  # noqa: S608


async def get_request(app: MediaApp, query: GetRequest) -> Raw:
    caller = require_caller()
    values = {"id": query.id, "me": caller.user_id, "sees_all": caller.is_admin}
    async with app.db.read() as connection:
        shown: str | None = (await connection.execute(_STATEMENT, values)).scalar_one_or_none()
    if shown is None:
        raise NotFound("There is no such request.")
    return Raw(shown.encode())

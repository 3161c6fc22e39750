"""One request with its history, for whoever made it, for administrators, and in less detail for who follows it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import GetRequest
from medianest_common.errors import NotFound
from medianest_media.app import MediaApp
from medianest_media.mapping import REQUEST_AS_FOLLOWED, REQUEST_WITH_HISTORY

_STATEMENT = text(f"""
    select {REQUEST_WITH_HISTORY}::text from requests r join people p on p.id = r.user_id
    where r.id = :id and (:sees_all or r.user_id = :me)
""")  # noqa: S608

_FOLLOWED = text(f"""
    select {REQUEST_AS_FOLLOWED}::text from requests r join people p on p.id = r.user_id
    join followers f on f.request_id = r.id and f.user_id = :me where r.id = :id
""")  # noqa: S608


async def get_request(app: MediaApp, query: GetRequest) -> Raw:
    async with app.db.read() as connection:
        return await read_request(app, connection, query.id, caller=require_caller())


async def read_request(
    app: MediaApp, session: AsyncConnection | AsyncSession, request_id: UUID, *, caller: Caller
) -> Raw:
    """As this caller may see it. Raises `NotFound`."""
    values = {"id": request_id, "me": caller.user_id}
    shown: str | None = (
        await session.execute(_STATEMENT, values | {"sees_all": caller.is_admin})
    ).scalar_one_or_none()
    if shown is None:
        names = {"names_shown": app.settings.media_show_requesters}
        shown = (await session.execute(_FOLLOWED, values | names)).scalar_one_or_none()
    if shown is None:
        raise NotFound("There is no such request.")
    return Raw(shown.encode())

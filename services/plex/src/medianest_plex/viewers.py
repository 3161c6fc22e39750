"""Who is behind the numbers that the server gives to accounts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.plex.playback import Viewer

OWNER = 1
"""The server's own number for its owner, whatever plex.tv calls them."""

_VIEWERS = text("""
    select a.account_id, v.name, m.user_id
      from unnest(cast(:accounts as bigint[])) as a(account_id)
      left join viewers v on v.server_id = :server and v.account_id = a.account_id
      left join lateral (
               select user_id from members
                where case when a.account_id = :owner then owns_server else plex_id = a.account_id end
                order by remembered_at desc limit 1) m on true
""")
_ACCOUNTS = text("select plex_id, owns_server from members where user_id = :user")


async def read_viewers(
    connection: AsyncConnection, server_id: int, accounts: Collection[int]
) -> dict[int, Viewer]:
    """All that were asked for, those nobody knows as well."""
    values = {"accounts": sorted(accounts), "server": server_id, "owner": OWNER}
    found = await connection.execute(_VIEWERS, values)
    return {
        row.account_id: Viewer(account_id=row.account_id, user_id=row.user_id, name=row.name or "Somebody")
        for row in found
    }


async def accounts_of(connection: AsyncConnection, user_id: UUID) -> list[int]:
    """The numbers of this person, which are none for somebody who signs in without Plex."""
    row = (await connection.execute(_ACCOUNTS, {"user": user_id})).first()
    if row is None:
        return []
    return sorted({OWNER, row.plex_id}) if row.owns_server else [row.plex_id] if row.plex_id != OWNER else []

"""The order in which everybody locks inboxes, so that no two transactions wait for each other crosswise."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

# Those that are there already are locked and stay as they are; those that are not have to be made to be locked.
_LOCK = text("""
    insert into heads (user_id, head, unread)
    select t.user_id, 0, 0 from unnest(cast(:user_ids as uuid[])) as t (user_id) order by t.user_id
        on conflict (user_id) do update set head = heads.head where false
""")


async def lock_heads(session: AsyncSession | AsyncConnection, people: Iterable[UUID]) -> None:
    """Of all who will be told something in this transaction, before the first of them is."""
    user_ids = sorted(set(people))
    if user_ids:
        await session.execute(_LOCK, {"user_ids": user_ids})

"""How far the index has got with each library, where every replica can see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_plex.models import Item, Library, Server

INDEXED = ("movie", "show", "artist")
_MUCH = 0.3
_MUCH_AT_LEAST = 20
_WANTED = text("select exists (select from libraries where hinted_at is not null or asked_at is not null)")


class Missing(NamedTuple):
    since: datetime
    is_much: bool
    """Much of a library at once: a disk that is not mounted looks like that."""


class Progress:
    """Never commits: the transaction it was made from does."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @staticmethod
    async def is_wanted(connection: AsyncConnection) -> bool:
        return bool((await connection.execute(_WANTED)).scalar_one())

    async def libraries(self, server_id: int) -> Sequence[Library]:
        """Those that are indexed at all, in the order of the server."""
        statement = select(Library).where(Library.server_id == server_id, Library.type.in_(INDEXED))
        return (await self._session.scalars(statement.order_by(Library.position))).all()

    async def replaced_servers(self, present_id: int, *, before: datetime) -> Sequence[Server]:
        """Others that still have libraries here and have not been seen since."""
        has_libraries = select(Library.id).where(Library.server_id == Server.id).exists()
        statement = select(Server).where(Server.id != present_id, Server.last_seen_at < before, has_libraries)
        return (await self._session.scalars(statement)).all()

    async def missing(self, library_id: int) -> Missing | None:
        statement = select(
            func.min(Item.gone_since), func.count(Item.gone_since), func.count(Item.rating_key)
        ).where(Item.library_id == library_id)
        since, missing, there = (await self._session.execute(statement)).one()
        return Missing(since, is_much(missing, of=there)) if since else None

    async def write(self, library: Library, **values: Any) -> None:
        """Into the row, and into the object that is passed around."""
        for name, value in values.items():
            setattr(library, name, value)
        await self._session.execute(update(Library).where(Library.id == library.id).values(values))

    async def done_with_hint(self, library: Library) -> None:
        """Unless another one came while we looked."""
        if library.hinted_at is not None:
            mine = (Library.id == library.id, Library.hinted_at <= library.hinted_at)
            await self._session.execute(update(Library).where(*mine).values(hinted_at=None))

    async def done_with_asking(self, library: Library) -> None:
        if library.asked_at is not None:
            mine = (Library.id == library.id, Library.asked_at <= library.asked_at)
            await self._session.execute(update(Library).where(*mine).values(asked_at=None))


def is_much(missing: int, *, of: int) -> bool:
    """Or all there is: an empty list is what a broken server answers too."""
    return missing > max(_MUCH_AT_LEAST, _MUCH * of) or missing == of > 0

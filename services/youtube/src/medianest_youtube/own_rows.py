"""Things that belong to one person each: an administrator sees everybody's, all others their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import RowMapping, text

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.downloads import Batch
from medianest_common.contracts.youtube.subscriptions import Subscription
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_youtube.app import YoutubeApp


class _Asked(Protocol):
    """What a query for a page of them has."""

    @property
    def limit(self) -> int: ...
    @property
    def cursor(self) -> str | None: ...
    @property
    def mine(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class OwnRows[V: (Batch, Subscription)]:
    """`sql` reads `:rows` of them at most, the newest first, where `{conditions}` hold for its table `x`."""

    name: str
    sql: str
    view: Callable[[YoutubeApp, RowMapping], V]
    missing: str

    async def page(self, app: YoutubeApp, query: _Asked) -> Page[V]:
        caller = require_caller()
        conditions, values = ["true"], dict[str, Any](rows=query.limit + 1)
        if query.mine or not caller.is_admin:
            conditions.append("x.user_id = :user_id")
            values["user_id"] = caller.user_id
        if query.cursor:
            conditions.append("x.id < :before")
            (values["before"],) = decode_cursor(query.cursor, self.name, UUID)
        found = await self._read(app, conditions, values)
        page = found[: query.limit]
        following = encode_cursor(self.name, page[-1].id) if len(found) > query.limit else None
        return Page(items=page, next_cursor=following)

    async def one(self, app: YoutubeApp, row_id: UUID, *, to: Caller) -> V:
        """To others it does not exist."""
        values = {"rows": 1, "id": row_id, "user_id": to.user_id}
        conditions = ["x.id = :id"] if to.is_admin else ["x.id = :id", "x.user_id = :user_id"]
        found = await self._read(app, conditions, values)
        if not found:
            raise NotFound(self.missing)
        return found[0]

    async def _read(self, app: YoutubeApp, conditions: list[str], values: dict[str, Any]) -> list[V]:
        statement = text(self.sql.format(conditions=" and ".join(conditions)))
        async with app.db.read() as connection:
            return [self.view(app, row) for row in (await connection.execute(statement, values)).mappings()]

"""What was asked of Radarr and Sonarr."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from medianest_common.contracts.media import MediaType
from medianest_common.db import Repository
from medianest_media.models import Order, OrderState, Request

DIRECT = "direct"
"""How requests name the backend whose orders these are."""


class Orders(Repository[Order]):
    model = Order

    async def of_title(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool | None = None
    ) -> Sequence[Order]:
        """The oldest first, with those that were withdrawn."""
        statement = (
            select(Order).where(Order.media_type == media_type, Order.tmdb_id == tmdb_id).order_by(Order.id)
        )
        if is_4k is not None:
            statement = statement.where(Order.is_4k == is_4k)
        return (await self.session.scalars(statement)).all()

    async def held_as(
        self, media_type: MediaType, their_ids: Iterable[int], *, is_4k: bool
    ) -> Sequence[tuple[int, int]]:
        """Of what has these ids over there, the ids and our orders for it that stand."""
        statement = select(Order.their_id, Order.id).where(
            Order.media_type == media_type,
            Order.is_4k == is_4k,
            Order.their_id.in_(list(their_ids)),
            Order.state == OrderState.SENT,
        )
        rows = (await self.session.execute(statement)).all()
        return [(their_id, order_id) for their_id, order_id in rows if their_id is not None]

    async def sent(self) -> Sequence[tuple[int, MediaType, bool, str | None]]:
        """Those that some request still waits for."""
        statement = (
            select(Order.id, Order.media_type, Order.is_4k, Order.server)
            .join(Request, Request.backend_id == Order.id)
            .where(Request.backend == DIRECT, Request.watched, Order.state == OrderState.SENT)
        )
        rows = (await self.session.execute(statement)).all()
        return [(order_id, MediaType(kind), is_4k, server) for order_id, kind, is_4k, server in rows]

    async def by_tvdb(self, tvdb_ids: Iterable[int]) -> dict[int, int]:
        """TMDB's number of shows that were ordered, by TheTVDB's."""
        statement = select(Order.tvdb_id, Order.tmdb_id).where(
            Order.media_type == MediaType.TV, Order.tvdb_id.in_(list(tvdb_ids))
        )
        rows = (await self.session.execute(statement)).all()
        return {tvdb_id: tmdb_id for tvdb_id, tmdb_id in rows if tvdb_id is not None}

"""Watchlists, and what is on them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from medianest_common.contracts.media import MediaType
from medianest_common.db import Repository
from medianest_media.models import Request, Watchlist, WatchlistItem
from medianest_media.states import OVER


class Watchlists(Repository[Watchlist]):
    model = Watchlist


class WatchlistItems(Repository[WatchlistItem]):
    model = WatchlistItem

    async def of(self, user_id: UUID) -> dict[str, WatchlistItem]:
        """By their keys, those that have left as well."""
        rows = await self.list(WatchlistItem.user_id == user_id)
        return {row.rating_key: row for row in rows}

    async def due(self, user_id: UUID, *, now: datetime, limit: int) -> Sequence[WatchlistItem]:
        """What was put on the list last comes first."""
        statement = (
            self.select()
            .where(
                WatchlistItem.user_id == user_id,
                WatchlistItem.left_at.is_(None),
                WatchlistItem.due_at <= now,
            )
            .order_by(WatchlistItem.position, WatchlistItem.rating_key)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def people_with_due(self, *, now: datetime, limit: int) -> Sequence[UUID]:
        statement = (
            select(WatchlistItem.user_id)
            .where(WatchlistItem.due_at <= now, WatchlistItem.left_at.is_(None))
            .group_by(WatchlistItem.user_id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def ended_request(
        self, user_id: UUID, media_type: MediaType, tmdb_id: int, *, since: datetime | None
    ) -> Request | None:
        """Of this person for this title, if it was declined, cancelled or deleted; with `since` not before that."""
        conditions = [Request.status_since >= since] if since else []
        statement = (
            select(Request)
            .where(
                Request.user_id == user_id,
                Request.media_type == media_type,
                Request.tmdb_id == tmdb_id,
                Request.is_4k.is_(False),
                Request.status.in_(list(OVER)),
                *conditions,
            )
            .order_by(Request.status_since.desc())
            .limit(1)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def own_request(self, user_id: UUID, media_type: MediaType, tmdb_id: int) -> Request | None:
        """The newest of this person for this title that is not over."""
        statement = (
            select(Request)
            .where(
                Request.user_id == user_id,
                Request.media_type == media_type,
                Request.tmdb_id == tmdb_id,
                Request.is_4k.is_(False),
                Request.status.not_in(OVER),
            )
            .order_by(Request.id.desc())
            .limit(1)
        )
        return (await self.session.scalars(statement)).one_or_none()

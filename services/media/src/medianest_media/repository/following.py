"""Who follows whose request."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from medianest_common.db import Repository
from medianest_media.models import Follower


class Followers(Repository[Follower]):
    model = Follower

    async def of(self, request_id: UUID) -> list[UUID]:
        statement = select(Follower.user_id).where(Follower.request_id == request_id)
        return sorted((await self.session.execute(statement)).scalars())

    async def follow(self, request_id: UUID, user_id: UUID, *, now: datetime) -> bool:
        return await self.add_new({"request_id": request_id, "user_id": user_id, "followed_at": now})

    async def unfollow(self, request_id: UUID, user_id: UUID) -> int:
        return await self.delete(Follower.request_id == request_id, Follower.user_id == user_id)

    async def followed_by(self, user_id: UUID, request_ids: Sequence[UUID]) -> set[UUID]:
        statement = select(Follower.request_id).where(
            Follower.user_id == user_id, Follower.request_id.in_(request_ids)
        )
        return set((await self.session.execute(statement)).scalars())

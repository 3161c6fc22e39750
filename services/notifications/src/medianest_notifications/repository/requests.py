"""What was told of requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Repository
from medianest_notifications.models import FollowedRequest


class FollowedRequests(Repository[FollowedRequest]):
    model = FollowedRequest

    async def hear(self, request_id: UUID, *, version: int, now: datetime) -> FollowedRequest:
        """Locks the row until the transaction ends; its `version` is the highest heard so far, this one included."""
        statement = upsert(FollowedRequest).values(
            request_id=request_id, version=version, told={}, updated_at=now
        )
        heard = statement.on_conflict_do_update(
            index_elements=["request_id"],
            set_={
                "version": func.greatest(FollowedRequest.version, statement.excluded.version),
                "updated_at": statement.excluded.updated_at,
            },
        ).returning(FollowedRequest)
        return (await self.session.execute(heard)).scalar_one()

    async def forget_person(self, user_id: UUID) -> int:
        told = update(FollowedRequest).where(FollowedRequest.told.has_key(user_id.hex))
        result = await self.session.execute(
            told.values(told=FollowedRequest.told.op("-")(cast(user_id.hex, Text)))
        )
        return int(result.rowcount)  # type: ignore[attr-defined]

    async def forget(self, *, before: datetime) -> None:
        await self.session.execute(delete(FollowedRequest).where(FollowedRequest.updated_at < before))

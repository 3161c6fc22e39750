"""What was told of requests."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, or_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Repository
from medianest_notifications.models import FollowedRequest
from medianest_notifications.rendering import clean


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

    def note(
        self, request: FollowedRequest, event: RequestChange, *, gone: Collection[UUID], now: datetime
    ) -> None:
        """Who waits for which title, by the latest that was heard."""
        if request.version > event.version and request.status is not None:
            return
        if request.status != event.status.value:
            request.status, request.moved_at = event.status.value, now
        request.media_type, request.tmdb_id = event.media_type.value, event.tmdb_id
        request.title, request.seasons = clean(event.title), sorted(set(event.seasons))
        people = {event.user_id, *event.follower_ids} - {NOBODY, *gone}
        request.people = sorted(person.hex for person in people)

    async def forget_person(self, user_id: UUID) -> int:
        person = cast(user_id.hex, Text)
        theirs = update(FollowedRequest).where(
            or_(
                FollowedRequest.told.has_key(user_id.hex),
                cast(FollowedRequest.people, JSONB).has_key(user_id.hex),
            )
        )
        result = await self.session.execute(
            theirs.values(
                told=FollowedRequest.told.op("-")(person), people=FollowedRequest.people.op("-")(person)
            )
        )
        return int(result.rowcount)  # type: ignore[attr-defined]

    async def forget(self, *, before: datetime) -> None:
        await self.session.execute(delete(FollowedRequest).where(FollowedRequest.updated_at < before))

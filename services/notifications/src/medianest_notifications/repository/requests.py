"""What was told of requests."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, delete, or_, text, update
from sqlalchemy.dialects.postgresql import JSONB

from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Repository
from medianest_notifications.models import FollowedRequest
from medianest_notifications.rendering import clean

_KEPT = tuple(FollowedRequest.__table__.c)
# In one order, so that no two who hear of the same wait for each other crosswise. Each column by name: what all of them
# are may change while we run.
_LOCK = (
    text(f"""
        insert into followed_requests (request_id, version, told, updated_at)
        select id, 0, '{{}}', :now from unnest(:ids) as heard (id) order by id
        on conflict (request_id) do update set updated_at = excluded.updated_at
        returning {", ".join(column.name for column in _KEPT)}
    """)  # noqa: S608
    .bindparams(bindparam("ids", type_=ARRAY(Uuid())))
    .columns(*_KEPT)
)
_SAVE = text(f"""
    update followed_requests f set {", ".join(f"{column.name} = s.{column.name}" for column in _KEPT)}
      from unnest({", ".join(f":{column.name}" for column in _KEPT)})
        as s ({", ".join(column.name for column in _KEPT)})
     where f.request_id = s.request_id
""").bindparams(*(bindparam(column.name, type_=ARRAY(column.type, dimensions=1)) for column in _KEPT))  # noqa: S608


@dataclass(slots=True)
class Followed:
    """A locked `FollowedRequest`, for as long as it takes to say what is new about it."""

    request_id: UUID
    version: int
    told: dict[str, Any]
    media_type: str | None
    tmdb_id: int | None
    title: str | None
    seasons: list[Any]
    status: str | None
    moved_at: datetime | None
    people: list[Any]
    updated_at: datetime


class FollowedRequests(Repository[FollowedRequest]):
    """Rows as plain values, read and written by one statement for any number: this is the way of every event."""

    model = FollowedRequest

    async def lock(self, ids: Collection[UUID], *, now: datetime) -> dict[UUID, Followed]:
        """Until the transaction ends, by id. One that was never heard of begins with version 0."""
        connection = await self.session.connection()
        rows = await connection.execute(_LOCK, {"ids": list(ids), "now": now})
        return {row.request_id: Followed(*row) for row in rows}

    async def hear(self, request_id: UUID, *, version: int, now: datetime) -> Followed:
        """Locks the row until the transaction ends; its `version` is the highest heard so far, this one included."""
        request = (await self.lock([request_id], now=now))[request_id]
        request.version = max(request.version, version)
        return request

    async def save(self, requests: Collection[Followed]) -> None:
        """Those that were locked, as they are to be from now on."""
        values = {column.name: [getattr(each, column.name) for each in requests] for column in _KEPT}
        await (await self.session.connection()).execute(_SAVE, values)

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


def note(request: Followed, event: RequestChange, *, gone: Collection[UUID], now: datetime) -> None:
    """Who waits for which title, by the latest that was heard."""
    if request.version > event.version and request.status is not None:
        return
    if request.status != event.status.value:
        request.status, request.moved_at = event.status.value, now
    request.media_type, request.tmdb_id = event.media_type.value, event.tmdb_id
    request.title, request.seasons = clean(event.title), sorted(set(event.seasons))
    people = {event.user_id, *event.follower_ids} - {NOBODY, *gone}
    request.people = sorted(person.hex for person in people)

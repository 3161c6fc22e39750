"""Builders of the events that make notifications, and a way to look into an inbox."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from medianest.testing import Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.events import REQUEST_EVENTS, RequestChange
from medianest_common.contracts.notifications import (
    CountNotifications,
    InboxCount,
    InboxReplay,
    ListNotifications,
    Notification,
    ReplayInbox,
)


@dataclass(frozen=True)
class Person:
    sandbox: Sandbox
    name: str
    role: Role = Role.USER
    id: UUID = field(default_factory=uuid7)

    async def introduce(self) -> None:
        await self.sandbox.emit(
            UserCreated(user_id=self.id, name=self.name, email=None, role=self.role, version=1)
        )

    async def ask[R](self, message: Any) -> Any:
        with self.sandbox.as_user(role=self.role, user_id=self.id, name=self.name):
            return await self.sandbox.bus.call(message, timeout=30)

    async def inbox(self, **query: Any) -> list[Notification]:
        page: Page[Notification] = await self.ask(ListNotifications(limit=100, **query))
        return page.items

    async def count(self) -> InboxCount:
        count: InboxCount = await self.ask(CountNotifications())
        return count

    async def replay(self, epoch: str | None, last_seq: int | None) -> InboxReplay:
        replay: InboxReplay = await self.ask(ReplayInbox(epoch=epoch, last_seq=last_seq))
        return replay


def request_event(
    requester: Person,
    status: RequestStatus,
    *,
    version: int,
    request_id: UUID | None = None,
    actor: Person | None = None,
    **values: Any,
) -> RequestChange:
    details: dict[str, Any] = {
        "request_id": request_id or uuid7(),
        "user_id": requester.id,
        "user_name": requester.name,
        "media_type": MediaType.MOVIE,
        "tmdb_id": 438631,
        "title": "Dune",
        "year": 2021,
        "is_4k": False,
        "seasons": [],
        "status": status,
        "version": version,
        "actor_id": actor.id if actor else None,
    }
    return REQUEST_EVENTS[status](**(details | values))

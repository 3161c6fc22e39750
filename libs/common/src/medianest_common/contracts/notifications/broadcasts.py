"""Messages of administrators to everybody, to a role, or to some."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from medianest_common.contracts.base import (
    Body,
    Command,
    Contract,
    Event,
    Job,
    Moment,
    Nothing,
    Page,
    Query,
    Timestamp,
)
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.deliveries import Urgency

MOST_PEOPLE = 1000


class BroadcastAudience(StrEnum):
    EVERYONE = "everyone"
    ROLE = "role"
    PEOPLE = "people"


class BroadcastState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    ENDED = "ended"
    """Expired or withdrawn: nobody has it before them any more."""


class Addressees(Contract):
    """`role` belongs to the audience `role`, `user_ids` to `people`."""

    audience: BroadcastAudience
    role: Role | None = None
    user_ids: list[UUID] = []


class BroadcastReach(Contract):
    people: int


class Broadcast(Addressees):
    """Those who are in it stay counted in `reached` when they leave; `read` is of those who still have it."""

    id: UUID
    title: str
    body: str
    link: str | None
    urgency: Urgency
    pinned: bool
    state: BroadcastState
    sent_by: str
    reached: int
    read: int
    created_at: Timestamp
    expires_at: Timestamp | None


class AddresseesBody(Body):
    audience: BroadcastAudience = Field(strict=False)
    role: Role | None = Field(default=None, strict=False)
    user_ids: list[Annotated[UUID, Field(strict=False)]] = Field(default=[], max_length=MOST_PEOPLE)

    @model_validator(mode="after")
    def _are_named(self) -> Self:
        if (self.audience is BroadcastAudience.ROLE) != (self.role is not None):
            raise ValueError("a role is named with the audience role, and only then")
        if (self.audience is BroadcastAudience.PEOPLE) != bool(self.user_ids):
            raise ValueError("people are named with the audience people, and only then")
        return self


class BroadcastBody(AddresseesBody):
    title: str = Field(min_length=1, max_length=150)
    body: str = Field(min_length=1, max_length=2000)
    link: str | None = Field(
        default=None,
        max_length=500,
        pattern=r"^/([^/\\\s][^\\\s]*)?$",
        description="A place in the portal, such as `/requests`",
    )
    urgency: Urgency = Field(default=Urgency.NORMAL, strict=False)
    pinned: bool = False
    expires_at: Moment | None = Field(default=None, strict=False)
    """When nobody needs to read it any more: it leaves the inboxes then, and goes to no channel."""


class SendBroadcast(Command[Broadcast]):
    audience: BroadcastAudience
    role: Role | None = None
    user_ids: list[UUID] = []
    title: str
    body: str
    link: str | None = None
    urgency: Urgency = Urgency.NORMAL
    pinned: bool = False
    expires_at: Timestamp | None = None


class CountAddressees(Query[BroadcastReach]):
    audience: BroadcastAudience
    role: Role | None = None
    user_ids: list[UUID] = []


class ListBroadcasts(Query[Page[Broadcast]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetBroadcast(Query[Broadcast]):
    id: UUID


class WithdrawBroadcast(Command[Nothing]):
    id: UUID


class SpreadBroadcast(Job):
    """Writes it into inboxes, in batches, from where it has got to."""

    broadcast_id: UUID


class RetractBroadcast(Job):
    """Takes it out of the inboxes again."""

    broadcast_id: UUID


class BroadcastSent(Event):
    broadcast_id: UUID
    actor_id: UUID


class BroadcastEnded(Event):
    """An administrator has withdrawn it."""

    broadcast_id: UUID
    actor_id: UUID

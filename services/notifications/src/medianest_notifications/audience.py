"""Who hears of what. The table is the rule; nobody is told of what he did himself."""

from collections.abc import Collection
from enum import Enum
from uuid import UUID

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.events import RequestChange


class Audience(Enum):
    NOBODY = frozenset[str]()
    REQUESTER = frozenset({"requester"})
    ADMINS = frozenset({"admins"})
    BOTH = frozenset({"requester", "admins"})


AUDIENCES: dict[RequestStatus, Audience] = {
    RequestStatus.PENDING: Audience.ADMINS,
    RequestStatus.APPROVED: Audience.REQUESTER,
    RequestStatus.DECLINED: Audience.REQUESTER,
    # Follows an approval within seconds and asks nothing of anybody.
    RequestStatus.PROCESSING: Audience.NOBODY,
    RequestStatus.PARTIALLY_AVAILABLE: Audience.REQUESTER,
    RequestStatus.AVAILABLE: Audience.REQUESTER,
    RequestStatus.FAILED: Audience.BOTH,
    RequestStatus.CANCELLED: Audience.BOTH,
}


FOLLOWED = frozenset(
    {
        RequestStatus.APPROVED,
        RequestStatus.DECLINED,
        RequestStatus.PARTIALLY_AVAILABLE,
        RequestStatus.AVAILABLE,
        RequestStatus.FAILED,
        RequestStatus.CANCELLED,
    }
)
"""What those hear who follow it: all that changes what they can hope for."""


def audience_of(event: RequestChange, *, admins: Collection[UUID]) -> list[UUID]:
    """In a fixed order, so that two transactions never wait for each other crosswise."""
    groups = AUDIENCES[event.status].value
    people: set[UUID] = set()
    if "requester" in groups:
        people.add(event.user_id)
    if "admins" in groups:
        people.update(admins)
    if event.status in FOLLOWED:
        people.update(event.follower_ids)
    # A new request is the requester's own act even where the event names no actor.
    asked_by = event.user_id if event.status is RequestStatus.PENDING else None
    return sorted(people - {event.actor_id or asked_by})

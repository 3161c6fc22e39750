"""Changing a request that was made, following another's, deciding many at once, looking again."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.media import MediaRequest, RequestStatus, SeasonChoice
from medianest_common.contracts.media.events import RequestChange

MOST_AT_ONCE = 100


class EditRequestBody(Body):
    """What is left out stays; a note of null is taken away."""

    seasons: (
        Annotated[list[Annotated[int, Field(ge=0, le=9_999)]], Field(min_length=1, max_length=200)]
        | Literal["all"]
        | None
    ) = None
    note: str | None = Field(default=None, max_length=500)


class BulkAction(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"


class BulkBody(Body):
    ids: list[Annotated[UUID, Field(strict=False)]] = Field(min_length=1, max_length=MOST_AT_ONCE)
    action: BulkAction = Field(strict=False)
    reason: str | None = Field(default=None, max_length=500)
    """For declining, which is never done without one."""


class BulkResult(Contract):
    """`status` is the request's after it; `code` and `detail` say why nothing was done."""

    id: UUID
    done: bool
    status: RequestStatus | None = None
    code: str | None = None
    detail: str | None = None


class BulkResults(Contract):
    results: list[BulkResult]
    done: int
    refused: int


class EditRequest(Command[MediaRequest]):
    """`note` None leaves it unless `clear_note`."""

    id: UUID
    seasons: SeasonChoice | None = None
    note: str | None = None
    clear_note: bool = False


class FollowRequest(Command[MediaRequest]):
    id: UUID


class UnfollowRequest(Command[Nothing]):
    id: UUID


class ListFollowed(Query[Page[MediaRequest]]):
    """Other people's requests that the caller follows, latest request first."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class DecideRequests(Command[BulkResults]):
    ids: list[UUID]
    action: BulkAction
    reason: str | None = None


class CheckRequest(Command[MediaRequest]):
    """Look now at what the backend and the library have of it, instead of at the next round."""

    id: UUID


class RequestEdited(RequestChange):
    """The same state with other seasons or another note; `reason` says what has changed."""


class RequestStuck(RequestChange):
    """Approved for an hour, and nothing has followed; `reason` says why, as far as anybody knows. Told once for each
    time it gets stuck, without a new version."""

    stuck_since: Timestamp

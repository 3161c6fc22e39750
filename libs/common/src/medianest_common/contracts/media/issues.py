"""What is wrong with something in the library, and what is said about it."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field, field_validator

from medianest_common.contracts.base import (
    Body,
    Command,
    Contract,
    Event,
    Job,
    Nothing,
    Page,
    Query,
    Timestamp,
)
from medianest_common.contracts.media import MediaType

LONGEST_MESSAGE = 1_000


class IssueKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLE = "subtitle"
    OTHER = "other"


class IssueStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class IssueAuthor(Contract):
    """`id` is None for somebody who is known to Overseerr only."""

    id: UUID | None
    name: str


class IssueComment(Contract):
    id: UUID
    author: IssueAuthor
    message: str
    created_at: Timestamp


class Issue(Contract):
    id: UUID
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    poster_url: str | None
    kind: IssueKind
    season: int | None
    """None for a film and for a show as a whole."""
    episode: int | None
    """None for a season as a whole."""
    status: IssueStatus
    status_since: Timestamp
    reported_by: IssueAuthor
    message: str
    """Empty once whoever wrote it has left."""
    comment_count: int
    waiting_reason: str | None
    """Why Overseerr does not know the issue as it stands; None where all is well."""
    created_at: Timestamp
    updated_at: Timestamp
    comments: list[IssueComment] | None = None
    """The last fifty, oldest first; only where one issue was asked for. All of them stand in their own list."""


class _MessageBody(Body):
    message: str = Field(min_length=1, max_length=LONGEST_MESSAGE, pattern=r"\S")

    @field_validator("message")
    @classmethod
    def _without_margins(cls, value: str) -> str:
        words = value.strip()
        if not words:
            raise ValueError("say what is wrong")
        return words


class CreateIssueBody(_MessageBody):
    media_type: MediaType = Field(strict=False)
    tmdb_id: int = Field(ge=1, le=2_147_483_647)
    kind: IssueKind = Field(strict=False)
    season: int | None = Field(default=None, ge=0, le=9_999)
    episode: int | None = Field(default=None, ge=1, le=99_999)


class CommentBody(_MessageBody):
    pass


class CreateIssue(Command[Issue]):
    media_type: MediaType
    tmdb_id: int
    issue_kind: IssueKind
    season: int | None = None
    episode: int | None = None
    message: str


class IssueSort(StrEnum):
    NEWEST = "newest"
    UPDATED = "updated"


class ListIssues(Query[Page[Issue]]):
    """Everybody's for an administrator, the caller's own otherwise."""

    status: IssueStatus | None = None
    type: IssueKind | None = None
    media_type: MediaType | None = None
    tmdb_id: int | None = Field(default=None, ge=1, le=2_147_483_647)
    """Of one title, together with `media_type`."""
    sort: IssueSort = IssueSort.NEWEST
    mine: bool = False
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetIssue(Query[Issue]):
    id: UUID


class ListIssueComments(Query[Page[IssueComment]]):
    """Latest first."""

    id: UUID
    limit: int = 20
    cursor: str | None = None


class CommentOnIssue(Command[Issue]):
    id: UUID
    message: str


class ResolveIssue(Command[Issue]):
    id: UUID


class ReopenIssue(Command[Issue]):
    id: UUID


class DeleteIssue(Command[Nothing]):
    id: UUID


class SendIssue(Job):
    """Make Overseerr know the issue as it stands; safe to run at any time and any number of times."""

    issue_id: UUID


class EraseIssueWords(Job):
    """What somebody who has left wrote in the issue goes out of Overseerr; safe to run any number of times."""

    issue_id: UUID


class IssueChange(Event):
    """An issue after something was done to it; `version` grows by one with every change.

    `user_id` is whoever reported it; None, like `actor_id`, for somebody who is known to Overseerr only.
    """

    issue_id: UUID
    user_id: UUID | None
    user_name: str
    actor_id: UUID | None
    actor_name: str
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    issue_kind: IssueKind
    season: int | None
    episode: int | None
    status: IssueStatus
    message: str | None = None
    """What was written: the report itself, or the comment."""
    comment_id: UUID | None = None
    version: int


class IssueCreated(IssueChange):
    pass


class IssueCommented(IssueChange):
    pass


class IssueResolved(IssueChange):
    pass


class IssueReopened(IssueChange):
    pass


class IssueDeleted(IssueChange):
    pass


ISSUE_EVENTS: tuple[type[IssueChange], ...] = (
    IssueCreated,
    IssueCommented,
    IssueResolved,
    IssueReopened,
    IssueDeleted,
)

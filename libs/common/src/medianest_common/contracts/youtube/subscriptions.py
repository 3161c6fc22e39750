"""Channels and playlists that are followed on a schedule."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.youtube import LinkKind
from medianest_common.contracts.youtube.downloads import DownloadFailure, DownloadRequester, ProfileRef


class Backfill(StrEnum):
    """What of the videos that are there already."""

    NEW_ONLY = "new_only"
    LAST = "last"
    """The newest `backfill_count`."""
    ALL = "all"


class Retention(Contract):
    """Whatever of it is reached first deletes the oldest; pinned ones stay. None: for ever."""

    days: int | None = None
    count: int | None = None
    bytes: int | None = None


class Subscription(Contract):
    id: UUID
    kind: LinkKind
    url: str
    title: str
    thumbnail_url: str | None
    profile: ProfileRef
    backfill: Backfill
    backfill_count: int | None
    title_includes: list[str]
    title_excludes: list[str]
    min_seconds: int | None
    max_seconds: int | None
    retention: Retention
    interval_minutes: int
    collection: str | None
    enabled: bool
    last_checked_at: Timestamp | None
    next_check_at: Timestamp | None
    failure: DownloadFailure | None
    downloads: int
    size: int
    skipped: dict[str, int] = {}
    """Of the last look: why videos were not taken, and how many, such as {"title_excluded": 2}."""
    owner: DownloadRequester
    created_at: Timestamp


class RetentionBody(Body):
    days: int | None = Field(default=None, ge=1, le=36_500)
    count: int | None = Field(default=None, ge=1, le=100_000)
    bytes: int | None = Field(default=None, ge=1_000_000, le=10**15)


class SubscriptionChoices(Body):
    profile_id: UUID | None = Field(default=None, strict=False)
    backfill: Backfill = Field(default=Backfill.NEW_ONLY, strict=False)
    backfill_count: int | None = Field(default=None, ge=1, le=5_000)
    title_includes: list[str] = Field(default=[], max_length=20)
    """Any of these words or phrases, without regard to case; none: everything."""
    title_excludes: list[str] = Field(default=[], max_length=20)
    min_seconds: int | None = Field(default=None, ge=0, le=86_400)
    max_seconds: int | None = Field(default=None, ge=1, le=864_000)
    retention: RetentionBody = RetentionBody()
    interval_minutes: int = Field(default=60, ge=15, le=43_200)
    collection: str | None = Field(default=None, min_length=1, max_length=120)
    enabled: bool = True


class SubscriptionBody(SubscriptionChoices):
    url: str = Field(min_length=1, max_length=2_000)


class ListSubscriptions(Query[Page[Subscription]]):
    mine: bool = False
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetSubscription(Query[Subscription]):
    id: UUID


class Subscribe(Command[Subscription]):
    subscription: SubscriptionBody


class ChangeSubscription(Command[Subscription]):
    id: UUID
    choices: SubscriptionChoices


class Unsubscribe(Command[Nothing]):
    """`files` deletes what it has downloaded, except what is pinned or wanted by somebody else too."""

    id: UUID
    files: bool = False


class CheckSubscription(Command[Subscription]):
    """Now, whatever the schedule says."""

    id: UUID

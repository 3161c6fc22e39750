"""What people without an account are shown: pages that administrators make, their feeds, and badges.

Nothing here says why something is not well, where it is, or how anybody looks at it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query, Timestamp
from medianest_common.contracts.health.managing import Name
from medianest_common.contracts.health.monitors import Uptime

MOST_PAGES = 50
MOST_ON_A_PAGE = 100
DAYS_SHOWN = 90

Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class PageMonitorBody(Body):
    monitor_id: UUID = Field(strict=False)
    shown_as: Name | None = None
    """Instead of the name that it has for us."""
    heading: Name | None = None
    """Under which it stands. Our own groups are not shown to everybody."""


class StatusPageBody(Body):
    """The whole of it. Monitors are shown in this order, whoever else may see them."""

    slug: Slug
    title: Name
    description: str | None = Field(default=None, max_length=1000)
    published: bool = False
    monitors: Annotated[list[PageMonitorBody], Field(max_length=MOST_ON_A_PAGE)] = []

    @model_validator(mode="after")
    def _each_once(self) -> "StatusPageBody":
        if len({each.monitor_id for each in self.monitors}) != len(self.monitors):
            raise ValueError("a monitor stands on a page once")
        return self


class ChangedPageBody(StatusPageBody):
    version: int = Field(ge=1, le=2**53 - 1)
    """The one that was read: 409 if it has been changed since."""


class PageMonitor(Contract):
    monitor_id: UUID
    shown_as: str | None = None
    heading: str | None = None


class StatusPage(Contract):
    id: UUID
    slug: str
    title: str
    description: str | None
    published: bool
    monitors: list[PageMonitor]
    path: str
    """Behind the address of the portal."""
    version: int
    created_at: Timestamp
    updated_at: Timestamp


class StatusPages(Contract):
    items: list[StatusPage]


class PageValues(Contract):
    slug: str
    title: str
    description: str | None
    published: bool
    monitors: list[PageMonitor]


class ListPages(Query[StatusPages]):
    pass


class GetPage(Query[StatusPage]):
    id: UUID


class AddPage(Command[StatusPage]):
    page: PageValues


class ChangePage(Command[StatusPage]):
    id: UUID
    page: PageValues
    version: int | None = None


class RemovePage(Command[Nothing]):
    id: UUID


class PublicState(StrEnum):
    """Whether it is ours to mend is not for everybody: what does not let us in is degraded."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Days(Contract):
    """The last 90 days in UTC, oldest first. `uptime` is a share of what is known of a day, None where nothing is;
    `coverage` says how much that is."""

    since: date
    uptime: list[float | None]
    coverage: list[float]


class PublicMonitor(Contract):
    id: UUID
    name: str
    status: PublicState
    since: Timestamp | None
    uptime: Uptime
    coverage: float
    days: Days


class PublicGroup(Contract):
    name: str | None
    monitors: list[PublicMonitor]


class PublicTurn(Contract):
    at: Timestamp
    status: PublicState


class PublicIncident(Contract):
    id: UUID
    monitor_id: UUID
    monitor_name: str
    status: PublicState
    """As it is; `up` once it is over."""
    worst: PublicState
    opened_at: Timestamp
    closed_at: Timestamp | None
    turns: list[PublicTurn]


class PublicMaintenance(Contract):
    id: UUID
    title: str
    starts_at: Timestamp
    ends_at: Timestamp
    monitor_ids: list[UUID]
    updated_at: Timestamp


class PublicPage(Contract):
    slug: str
    title: str
    description: str | None
    status: PublicState
    """The worst of all that is known."""
    groups: list[PublicGroup]
    incidents: list[PublicIncident]
    """Those that go on, and those of the last 14 days; the newest first."""
    maintenance: list[PublicMaintenance]
    """What goes on or begins within 30 days."""
    updated_at: Timestamp


class ReadPublicPage(Query[PublicPage]):
    """Raises as for none where it is not published."""

    slug: str


class BadgeType(StrEnum):
    STATUS = "status"
    UPTIME = "uptime"
    LATENCY = "latency"


type Window = Literal["24h", "7d", "30d", "90d"]


class BadgeTone(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    NEUTRAL = "neutral"


class BadgeFacts(Contract):
    label: str
    value: str
    tone: BadgeTone
    published: bool


class ReadBadge(Query[BadgeFacts]):
    """Also for nobody in particular: of what stands on a published page."""

    id: UUID
    type: BadgeType = BadgeType.STATUS
    window: Window = "30d"

"""What the dashboard answers: parts, each of which says for itself how good it is."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.auth.history import SignInFigures
from medianest_common.contracts.auth.people import AccountCounts
from medianest_common.contracts.base import Contract, Page, Timestamp
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.errors import ErrorCounts
from medianest_common.contracts.media import MediaRequest, Quota, RequestCounts
from medianest_common.contracts.media.statistics import RequestDays, RequestStatistics
from medianest_common.contracts.notifications import InboxCount, Notification
from medianest_common.contracts.notifications.deliveries import DeliveryCounts
from medianest_common.contracts.plex import Libraries, LibraryItem
from medianest_common.contracts.plex.playback import NowPlaying
from medianest_common.contracts.youtube.downloads import DownloadCounts
from medianest_common.contracts.youtube.queue import DownloadQuota, DownloadStats, Queue


class PartState(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    """What was known last: whoever knows better did not answer in time."""
    UNAVAILABLE = "unavailable"


class Part[D](Contract):
    """`as_of` is when the data was known to be so; None where there is none, or where nobody can say."""

    state: PartState
    as_of: Timestamp | None
    data: D | None


class RecentlyAdded(Contract):
    """`count` is of the last `days` days, and `more` says that there are so many that not all were counted."""

    days: int
    count: int
    more: bool
    latest: list[LibraryItem]


class Disk(Contract):
    """Bytes, where downloads go. Below `reserve` nothing begins."""

    free: int
    reserve: int


class OpenIncident(Contract):
    id: UUID
    monitor_name: str
    state: MonitorState
    reason: str | None
    opened_at: Timestamp


class OpenIncidents(Contract):
    """`more` says that there are more than `count`."""

    count: int
    more: bool
    items: list[OpenIncident]


class HouseholdStats(Contract):
    """Of everybody, for administrators."""

    requests: Part[RequestCounts]
    waiting: Part[Page[MediaRequest]]
    """Those that somebody has to decide on, the oldest first."""
    disk: Part[Disk]
    now_playing: Part[NowPlaying]
    queue: Part[Queue]
    incidents: Part[OpenIncidents]


class DashboardStats(Contract):
    requests: Part[RequestCounts]
    """The caller's own, like all that follows."""
    moved: Part[Page[MediaRequest]]
    """Those with which something happened last."""
    quota: Part[Quota]
    libraries: Part[Libraries]
    """Those that the caller may see."""
    recently_added: Part[RecentlyAdded]
    downloads: Part[DownloadCounts]
    download_quota: Part[DownloadQuota]
    inbox: Part[InboxCount]
    household: HouseholdStats | None = None
    """None for whoever is no administrator."""


class ServiceLine(Contract):
    id: UUID
    name: str
    group: str | None
    status: MonitorState
    since: Timestamp | None
    message: str | None


class ServicesSummary(Contract):
    """`status` is the worst of all; None while nothing is watched that the caller may see."""

    status: MonitorState | None
    counts: dict[MonitorState, int]
    items: list[ServiceLine]


class DashboardStatus(Contract):
    services: Part[ServicesSummary]


class DashboardNotifications(Contract):
    latest: Part[Page[Notification]]
    inbox: Part[InboxCount]


class AdminStats(Contract):
    users: Part[AccountCounts]
    sign_ins: Part[SignInFigures]
    """With the sessions that are open, and of the last thirty days."""
    requests: Part[RequestStatistics]
    requests_by_day: Part[RequestDays]
    downloads: Part[DownloadStats]
    disk: Part[Disk]
    deliveries: Part[DeliveryCounts]
    errors: Part[ErrorCounts]

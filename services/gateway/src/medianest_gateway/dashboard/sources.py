"""Where each part of the dashboard comes from."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from medianest_common.contracts import health, media, notifications, plex
from medianest_common.contracts.auth.history import GetSignInFigures
from medianest_common.contracts.auth.people import CountAccounts
from medianest_common.contracts.base import Page, Rpc
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.errors import CountErrors
from medianest_common.contracts.health.incidents import ListIncidents
from medianest_common.contracts.media.statistics import CountRequestsByDay, GetRequestStatistics
from medianest_common.contracts.notifications.deliveries import CountDeliveries
from medianest_common.contracts.plex.playback import ListSessions
from medianest_common.contracts.youtube import downloads, queue
from medianest_gateway.dashboard import views

_NEWS = timedelta(days=7)
_COUNTED = 100
_SHOWN = 6

_WORST_FIRST = (
    MonitorState.DOWN,
    MonitorState.AUTH,
    MonitorState.FLAPPING,
    MonitorState.DEGRADED,
    MonitorState.UNKNOWN,
    MonitorState.PENDING,
    MonitorState.MAINTENANCE,
    MonitorState.UP,
)


class Read(NamedTuple):
    """JSON to show. `is_stale` where the service says itself that it knows this from earlier; `as_of` is from when."""

    data: bytes
    is_stale: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True)
class Source:
    """A question and how its answer is read; `name` tells it from all others, in whatever answer it has a part.

    `guarded` is what a change of somebody's access can hide.
    """

    name: str
    question: Rpc[Any]
    read: Callable[[bytes, datetime], Read] = lambda body, _: Read(body)
    guarded: bool = False


def _libraries(body: bytes, now: datetime) -> Read:
    return Read(body, is_stale=bool(json.loads(body)["stale"]))


def _recently_added(body: bytes, now: datetime) -> Read:
    found = plex.LibraryItems.model_validate_json(body)
    since = now - _NEWS
    count = sum(item.added_at is not None and item.added_at > since for item in found.items)
    view = views.RecentlyAdded(
        days=_NEWS.days, count=count, more=count == _COUNTED, latest=found.items[:_SHOWN]
    )
    return Read(view.model_dump_json().encode(), is_stale=found.stale)


def _now_playing(body: bytes, now: datetime) -> Read:
    found = json.loads(body)
    as_of = datetime.fromisoformat(found["asOf"]) if found["asOf"] else None
    return Read(body, is_stale=bool(found["stale"]), as_of=as_of)


def _disk(body: bytes, now: datetime) -> Read:
    quota = queue.DownloadQuota.model_validate_json(body)
    return Read(views.Disk(free=quota.disk_free, reserve=quota.disk_reserve).model_dump_json().encode())


def _incidents(body: bytes, now: datetime) -> Read:
    found = json.loads(body)
    items = [item for item in found["items"] if item["closedAt"] is None]
    more = len(items) == len(found["items"]) and found["nextCursor"] is not None
    view = views.OpenIncidents.model_validate({"count": len(items), "more": more, "items": items})
    return Read(view.model_dump_json().encode())


def _services(body: bytes, now: datetime) -> Read:
    found = Page[health.MonitorStatus].model_validate_json(body).items
    view = views.ServicesSummary(
        status=min((each.status for each in found), key=_WORST_FIRST.index, default=None),
        counts=dict(Counter(each.status for each in found)),
        items=[views.ServiceLine.model_validate(each.model_dump()) for each in found],
    )
    return Read(view.model_dump_json().encode())


DISK = Source("disk", queue.GetDownloadQuota(), _disk)
INBOX = Source("inbox", notifications.CountNotifications())
SERVICES = Source("services", health.ListMonitors(), _services, guarded=True)
LIBRARIES = Source("libraries", plex.ListLibraries(), _libraries, guarded=True)
RECENTLY_ADDED = Source(
    "recently_added", plex.ListRecentlyAdded(limit=_COUNTED), _recently_added, guarded=True
)

STATS = {
    "requests": Source("my_requests", media.CountRequests(mine=True)),
    "moved": Source("moved", media.ListRequests(mine=True, sort=media.RequestSort.UPDATED, limit=_SHOWN)),
    "quota": Source("quota", media.GetQuota()),
    "libraries": LIBRARIES,
    "recently_added": RECENTLY_ADDED,
    "downloads": Source("downloads", downloads.CountDownloads()),
    "download_quota": Source("download_quota", queue.GetDownloadQuota()),
    "inbox": INBOX,
}
HOUSEHOLD = {
    "requests": Source("requests", media.CountRequests()),
    "waiting": Source(
        "waiting",
        media.ListRequests(status=media.RequestStatus.PENDING, sort=media.RequestSort.OLDEST, limit=_SHOWN),
    ),
    "disk": DISK,
    "now_playing": Source("now_playing", ListSessions(), _now_playing),
    "queue": Source("queue", queue.GetQueue()),
    "incidents": Source("incidents", ListIncidents(), _incidents),
}
STATUS = {"services": SERVICES}
NOTIFICATIONS = {
    "latest": Source("latest", notifications.ListNotifications(limit=10)),
    "inbox": INBOX,
}
ADMIN = {
    "users": Source("users", CountAccounts()),
    "sign_ins": Source("sign_ins", GetSignInFigures(days=30)),
    "requests": Source("request_statistics", GetRequestStatistics()),
    "requests_by_day": Source("requests_by_day", CountRequestsByDay()),
    "downloads": Source("download_statistics", queue.GetDownloadStats()),
    "disk": DISK,
    "deliveries": Source("deliveries", CountDeliveries()),
    "errors": Source("errors", CountErrors()),
}

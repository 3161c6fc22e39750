"""What is watched, and how it stands."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Contract, Page, Query, Timestamp
from medianest_common.contracts.live import LiveStates


class MonitorState(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    AUTH = "auth"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    PENDING = "pending"
    FLAPPING = "flapping"
    """It comes and goes so often that no single change means much."""


class Uptime(Contract):
    """Shares of 1 by time in state; None where nothing was measured."""

    day: float | None
    week: float | None
    month: float | None
    quarter: float | None


class MonitorStatus(Contract):
    id: UUID
    name: str
    kind: str
    group: str | None
    status: MonitorState
    latency_ms: float | None
    uptime: Uptime
    coverage: float
    """Share of the last 24 hours that was measured at all."""
    last_check_at: Timestamp | None
    since: Timestamp | None
    message: str | None
    maintenance_until: Timestamp | None = None
    """Of one in maintenance."""
    blocked_by: str | None = None
    """The name of what it depends on and what is down, of one that is not known for that; None where it may not be
    named."""


class ListMonitors(Query[Page[MonitorStatus]]):
    pass


class ReadMonitorStates(Query[LiveStates]):
    """How all monitors stand, for the gateway itself."""


MONITOR_CHANGED = "monitor.changed"
"""A live frame: a `MonitorStatus` whose state or message is another now, to whoever may see that monitor."""


class Visibility(StrEnum):
    EVERYONE = "everyone"
    ADMINS = "admins"

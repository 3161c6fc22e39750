"""What is up, inside and outside."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Contract, Event, Page, Query, Timestamp
from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.personal import DataErased


class MonitorState(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    AUTH = "auth"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    PENDING = "pending"


class Uptime(Contract):
    """Shares of 1 by time in state; None where nothing was measured."""

    day: float | None
    week: float | None
    month: float | None
    quarter: float | None


class MonitorStatus(Contract):
    id: UUID
    name: str
    status: MonitorState
    latency_ms: float | None
    uptime: Uptime
    coverage: float
    """Share of the last 24 hours that was measured at all."""
    last_check_at: Timestamp | None
    since: Timestamp | None
    message: str | None


class ListMonitors(Query[Page[MonitorStatus]]):
    pass


class ReadMonitorStates(Query[LiveStates]):
    """How all monitors stand, for the gateway itself."""


MONITOR_CHANGED = "monitor.changed"
"""A live frame: a `MonitorStatus` whose state or message is another now, to whoever may see that monitor."""


class Visibility(StrEnum):
    EVERYONE = "everyone"
    ADMINS = "admins"


class IncidentEvent(Event):
    """One turn of an incident, which is a time during which something was not well: from the first check that made sure
    of it until two checks in a row found it well.

    Of two about one monitor the one with the later `at` holds; they may arrive in any order.
    """

    incident_id: UUID
    monitor_id: UUID
    monitor_name: str
    visibility: Visibility
    at: Timestamp
    """When it came to what this tells of."""
    since: Timestamp
    """When the incident began."""
    reason: str | None = None
    """In words, as far as anybody knows."""


class MonitorWentDown(IncidentEvent):
    """Told once in an incident, however often it comes and goes meanwhile."""

    event_name = "monitor.went_down"


class MonitorDegraded(IncidentEvent):
    """It answers, but not as it should, or does not let us in: `state` is degraded or auth."""

    state: MonitorState


class MonitorRecovered(IncidentEvent):
    """Only ever told of an incident whose beginning was. It was well from `at` on."""

    worst: MonitorState
    times: int
    """How often it went down meanwhile; 0 where it never did."""


class UserDataErased(DataErased):
    """Nothing here is about people; it says so all the same, so that nobody has to wonder."""

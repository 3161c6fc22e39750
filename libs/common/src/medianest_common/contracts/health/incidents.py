"""Times during which something was not well, and what is told of them."""

from uuid import UUID

from medianest_common.contracts.base import Event, Timestamp
from medianest_common.contracts.health.monitors import MonitorState, Visibility


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

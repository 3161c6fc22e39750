"""Times during which something was not well, and what is told of them."""

from uuid import UUID

from medianest_common.contracts.base import Event, Timestamp
from medianest_common.contracts.health.monitors import MonitorState, Visibility


class MonitorEvent(Event):
    monitor_id: UUID
    monitor_name: str
    visibility: Visibility


class IncidentEvent(MonitorEvent):
    """One turn of an incident, which is a time during which something was not well: from the first check that made sure
    of it until enough checks in a row found it well. Of what comes and goes only two turns in half an hour are told,
    and then how it is once it has been so for a while.

    They may arrive in any order: of two about one monitor the one with the later `told_at` holds.
    """

    incident_id: UUID
    at: Timestamp
    """When it came to what this tells of."""
    since: Timestamp
    """When the incident began."""
    told_at: Timestamp | None = None
    """Without it, `at`."""
    reason: str | None = None
    """In words, as far as anybody knows."""


class MonitorWentDown(IncidentEvent):
    """Told once in an incident, however often it comes and goes meanwhile."""

    event_name = "monitor.went_down"


class MonitorDegraded(IncidentEvent):
    """It answers, but not as it should, or does not let us in, or it comes and goes: `state` is degraded, auth or
    flapping."""

    state: MonitorState


class MonitorStillDown(IncidentEvent):
    """A reminder, by the clock, where an administrator has asked for them."""

    event_name = "monitor.still_down"


class MonitorRecovered(IncidentEvent):
    """It was well from `at` on. The only one of an incident whose beginning did not have to be told any more."""

    worst: MonitorState
    times: int
    """How often it went down meanwhile; 0 where it never did."""


class CertificateExpiring(MonitorEvent):
    """Told once for each threshold that an administrator has set, and of several that are crossed at once only the
    tightest; a new certificate begins anew."""

    expires_at: Timestamp
    days: int
    """Whole days that are left."""

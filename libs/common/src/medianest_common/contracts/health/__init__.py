"""What is up, inside and outside."""

from medianest_common.contracts.health.incidents import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorEvent,
    MonitorRecovered,
    MonitorStillDown,
    MonitorWentDown,
)
from medianest_common.contracts.health.monitors import (
    MONITOR_CHANGED,
    ListMonitors,
    MonitorState,
    MonitorStatus,
    ReadMonitorStates,
    Uptime,
    Visibility,
)
from medianest_common.contracts.personal import DataErased

__all__ = [
    "MONITOR_CHANGED",
    "CertificateExpiring",
    "IncidentEvent",
    "ListMonitors",
    "MonitorDegraded",
    "MonitorEvent",
    "MonitorRecovered",
    "MonitorState",
    "MonitorStatus",
    "MonitorStillDown",
    "MonitorWentDown",
    "ReadMonitorStates",
    "Uptime",
    "UserDataErased",
    "Visibility",
]


class UserDataErased(DataErased):
    """Nothing here is about people; it says so all the same, so that nobody has to wonder."""

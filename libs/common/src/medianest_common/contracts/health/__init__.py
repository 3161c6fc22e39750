"""What is up, inside and outside."""

from medianest_common.contracts.base import Query
from medianest_common.contracts.health.incidents import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorEvent,
    MonitorRecovered,
    MonitorStillDown,
    MonitorUnwatched,
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
from medianest_common.contracts.personal import DataErased, PersonalData

__all__ = [
    "MONITOR_CHANGED",
    "CertificateExpiring",
    "ExportUserData",
    "IncidentEvent",
    "ListMonitors",
    "MonitorDegraded",
    "MonitorEvent",
    "MonitorRecovered",
    "MonitorState",
    "MonitorStatus",
    "MonitorStillDown",
    "MonitorUnwatched",
    "MonitorWentDown",
    "ReadMonitorStates",
    "Uptime",
    "UserDataErased",
    "Visibility",
]


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass

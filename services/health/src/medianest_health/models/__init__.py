"""The tables of the health service."""

from medianest_health.models.base import Base
from medianest_health.models.dead_letters import DeadLetter, DeadLetterNotice
from medianest_health.models.incidents import (
    Incident,
    IncidentNote,
    IncidentTurn,
    Maintenance,
    MaintenanceGroup,
    MaintenanceMonitor,
)
from medianest_health.models.inside import ErrorGroup, Recovery, Replica
from medianest_health.models.integrations import Integration
from medianest_health.models.monitors import (
    Dependency,
    Monitor,
    MonitorGroup,
    Result,
    Rollup,
    Schedule,
    Standing,
)
from medianest_health.models.pages import StatusPage, StatusPageMonitor
from medianest_health.models.webhooks import Complaint, ComplaintRound, HeardWebhook, KeptWebhook

__all__ = [
    "Base",
    "Complaint",
    "ComplaintRound",
    "DeadLetter",
    "DeadLetterNotice",
    "Dependency",
    "ErrorGroup",
    "HeardWebhook",
    "Incident",
    "IncidentNote",
    "IncidentTurn",
    "Integration",
    "KeptWebhook",
    "Maintenance",
    "MaintenanceGroup",
    "MaintenanceMonitor",
    "Monitor",
    "MonitorGroup",
    "Recovery",
    "Replica",
    "Result",
    "Rollup",
    "Schedule",
    "Standing",
    "StatusPage",
    "StatusPageMonitor",
]

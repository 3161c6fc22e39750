"""What administrators have decided about monitors, pages and maintenance, for the audit log."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Event


class MonitorDecision(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    SHOW = "show"
    """To everyone."""
    HIDE = "hide"
    GROUP = "group"
    PAUSE = "pause"
    RESUME = "resume"
    RENEW_TOKEN = "renew_token"
    DELETE = "delete"


class MonitorDecided(Event):
    monitor_id: UUID
    decision: MonitorDecision
    actor_id: UUID


class PageDecision(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    DELETE = "delete"


class PageDecided(Event):
    page_id: UUID
    decision: PageDecision
    actor_id: UUID


class MaintenanceDecision(StrEnum):
    PLAN = "plan"
    CHANGE = "change"
    END = "end"
    """The window that ran."""
    CANCEL = "cancel"
    """For good."""
    DELETE = "delete"


class MaintenanceDecided(Event):
    maintenance_id: UUID
    decision: MaintenanceDecision
    actor_id: UUID

"""What administrators have decided about monitors and what belongs to them, for the audit log."""

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


class GroupDecision(StrEnum):
    CREATE = "create"
    RENAME = "rename"
    DELETE = "delete"
    """With the maintenance that was for whatever is in it."""


class MonitorGroupDecided(Event):
    group_id: UUID
    decision: GroupDecision
    actor_id: UUID


class IncidentDecision(StrEnum):
    NOTE = "note"
    REMOVE_NOTE = "remove_note"
    POST_MORTEM = "post_mortem"


class IncidentDecided(Event):
    incident_id: UUID
    decision: IncidentDecision
    actor_id: UUID


class InternalsDecision(StrEnum):
    BREAKERS_RESET = "breakers_reset"
    REPORTED_ERROR_RESOLVE = "reported_error_resolve"
    REPORTED_ERROR_DELETE = "reported_error_delete"
    MONITORS_ORDER = "monitors_order"
    MONITOR_GROUPS_ORDER = "monitor_groups_order"
    MONITORS_EXPORT = "monitors_export"
    DEAD_LETTERS_RETRY = "dead_letters_retry"
    DEAD_LETTERS_DROP = "dead_letters_drop"


class InternalsDecided(Event):
    decision: InternalsDecision
    about: str
    """What it was done to, as the audit log calls it."""
    actor_id: UUID

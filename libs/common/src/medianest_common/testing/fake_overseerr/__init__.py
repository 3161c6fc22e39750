"""A stateful Overseerr or Seerr on a real socket, for tests and the demo."""

from .faults import Call, Fault
from .numbers import Flavour, IssueStatus, IssueType, MediaStatus, Notification, Permission, RequestStatus
from .server import FakeOverseerr
from .state import RequestRow, User
from .webhooks import SentWebhook

__all__ = [
    "Call",
    "FakeOverseerr",
    "Fault",
    "Flavour",
    "IssueStatus",
    "IssueType",
    "MediaStatus",
    "Notification",
    "Permission",
    "RequestRow",
    "RequestStatus",
    "SentWebhook",
    "User",
]

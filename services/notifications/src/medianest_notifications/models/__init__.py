"""The tables of the notifications service."""

from medianest_notifications.models.base import Base
from medianest_notifications.models.inbox import Entry, Epoch, Head
from medianest_notifications.models.people import LAST_VERSION, Recipient
from medianest_notifications.models.requests import FollowedRequest

__all__ = ["LAST_VERSION", "Base", "Entry", "Epoch", "FollowedRequest", "Head", "Recipient"]

"""Reads and writes of the notifications service that have a meaning of their own."""

from medianest_notifications.repository.inbox import Entries, page_of
from medianest_notifications.repository.people import Recipients
from medianest_notifications.repository.requests import FollowedRequests

__all__ = ["Entries", "FollowedRequests", "Recipients", "page_of"]

"""Reads and writes of the notifications service that have a meaning of their own."""

from medianest_notifications.repository.inbox import Entries, page_of
from medianest_notifications.repository.people import Recipients
from medianest_notifications.repository.requests import FollowedRequests
from medianest_notifications.repository.templates import TemplateOverrides, tongues_of

__all__ = ["Entries", "FollowedRequests", "Recipients", "TemplateOverrides", "page_of", "tongues_of"]

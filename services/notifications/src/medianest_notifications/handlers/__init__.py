"""What arrives from the bus: each line leads to one use case."""

from medianest_notifications.handlers import (
    channels,
    deliveries,
    downloads,
    inbox,
    mail,
    people,
    preferences,
    requests,
    security,
    templates,
)
from medianest_notifications.handlers.base import handlers

__all__ = [
    "channels",
    "deliveries",
    "downloads",
    "handlers",
    "inbox",
    "mail",
    "people",
    "preferences",
    "requests",
    "security",
    "templates",
]

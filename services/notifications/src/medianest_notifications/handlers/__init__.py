"""What arrives from the bus: each line leads to one use case."""

from medianest_notifications.handlers import (
    broadcasts,
    channels,
    deliveries,
    downloads,
    inbox,
    integrations,
    mail,
    news,
    people,
    preferences,
    requests,
    security,
    services,
    standing,
    templates,
)
from medianest_notifications.handlers.base import handlers

__all__ = [
    "broadcasts",
    "channels",
    "deliveries",
    "downloads",
    "handlers",
    "inbox",
    "integrations",
    "mail",
    "news",
    "people",
    "preferences",
    "requests",
    "security",
    "services",
    "standing",
    "templates",
]

"""What arrives from the bus for the health service."""

from medianest_health.handlers import (
    errors,
    history,
    importing,
    incidents,
    inside,
    integrations,
    maintenance,
    managing,
    monitors,
    pages,
    people,
    queues,
    webhooks,
)
from medianest_health.handlers.base import handlers

__all__ = [
    "errors",
    "handlers",
    "history",
    "importing",
    "incidents",
    "inside",
    "integrations",
    "maintenance",
    "managing",
    "monitors",
    "pages",
    "people",
    "queues",
    "webhooks",
]

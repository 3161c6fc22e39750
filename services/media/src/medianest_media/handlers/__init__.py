"""What arrives from the bus: each line leads to one use case."""

from medianest_media.handlers import (
    allowing,
    catalogue,
    changing,
    defaults,
    images,
    importing,
    integrations,
    issues,
    library,
    marking,
    people,
    progress,
    requests,
    statistics,
    watching,
)
from medianest_media.handlers.base import handlers

__all__ = [
    "allowing",
    "catalogue",
    "changing",
    "defaults",
    "handlers",
    "images",
    "importing",
    "integrations",
    "issues",
    "library",
    "marking",
    "people",
    "progress",
    "requests",
    "statistics",
    "watching",
]

"""What arrives from the bus: each line leads to one use case."""

from medianest_youtube.handlers import (
    cookies,
    downloads,
    images,
    lists,
    people,
    plex,
    profiles,
    queue,
    shows,
    tools,
)
from medianest_youtube.handlers.base import handlers

__all__ = [
    "cookies",
    "downloads",
    "handlers",
    "images",
    "lists",
    "people",
    "plex",
    "profiles",
    "queue",
    "shows",
    "tools",
]

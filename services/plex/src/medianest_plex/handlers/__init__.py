"""What arrives from the bus, and what runs by the clock: each line leads to one use case."""

from medianest_plex.handlers import (
    arriving,
    browse,
    changing,
    connection,
    indexing,
    integrations,
    people,
    playing,
    watchlists,
)
from medianest_plex.handlers.base import handlers

__all__ = [
    "arriving",
    "browse",
    "changing",
    "connection",
    "handlers",
    "indexing",
    "integrations",
    "people",
    "playing",
    "watchlists",
]

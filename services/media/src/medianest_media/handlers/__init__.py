"""What arrives from the bus: each line leads to one use case."""

from medianest_media.handlers import catalogue, issues, library, people, requests
from medianest_media.handlers.base import handlers

__all__ = ["catalogue", "handlers", "issues", "library", "people", "requests"]

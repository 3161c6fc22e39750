"""What arrives from the bus for the health service."""

from medianest_health.handlers import monitors, people
from medianest_health.handlers.base import handlers

__all__ = ["handlers", "monitors", "people"]

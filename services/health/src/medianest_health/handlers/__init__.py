"""What arrives from the bus for the health service."""

from medianest_health.handlers import importing, inside, managing, monitors, people
from medianest_health.handlers.base import handlers

__all__ = ["handlers", "importing", "inside", "managing", "monitors", "people"]

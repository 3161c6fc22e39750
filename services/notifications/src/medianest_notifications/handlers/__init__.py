"""What arrives from the bus: each line leads to one use case."""

from medianest_notifications.handlers import downloads, inbox, mail, people, requests, security
from medianest_notifications.handlers.base import handlers

__all__ = ["downloads", "handlers", "inbox", "mail", "people", "requests", "security"]

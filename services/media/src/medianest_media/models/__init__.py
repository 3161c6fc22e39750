"""The tables of the media service. What must never happen twice is a constraint here."""

from medianest_media.models.base import Base
from medianest_media.models.people import Person
from medianest_media.models.requests import EVERY_SEASON, LIST_FILTERS, Claim, Count, History, Request
from medianest_media.models.titles import LibraryItem, SeenTitle

__all__ = [
    "EVERY_SEASON",
    "LIST_FILTERS",
    "Base",
    "Claim",
    "Count",
    "History",
    "LibraryItem",
    "Person",
    "Request",
    "SeenTitle",
]

"""The tables of the youtube service."""

from medianest_youtube.models.assets import Asset, Download, Episode, Tombstone
from medianest_youtube.models.base import Base
from medianest_youtube.models.cookies import AccountCookies
from medianest_youtube.models.lists import Batch, ListedPlace, ListEntry, Subscription
from medianest_youtube.models.people import Person
from medianest_youtube.models.profiles import Profile
from medianest_youtube.models.queue import QueuePause
from medianest_youtube.models.shows import ShowArt

__all__ = [
    "AccountCookies",
    "Asset",
    "Base",
    "Batch",
    "Download",
    "Episode",
    "ListEntry",
    "ListedPlace",
    "Person",
    "Profile",
    "QueuePause",
    "ShowArt",
    "Subscription",
    "Tombstone",
]

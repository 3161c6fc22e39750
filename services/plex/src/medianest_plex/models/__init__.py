"""The tables of the plex service: copies of what Plex says, to be shown and searched fast, also while it is away."""

from medianest_plex.models.base import Base
from medianest_plex.models.connections import Connection
from medianest_plex.models.integrations import Integration
from medianest_plex.models.library import CollectionItem, Item, Library, Server, TitleWord
from medianest_plex.models.members import Copy, Member
from medianest_plex.models.owner_accounts import GivenAccount
from medianest_plex.models.playback import Play, PlayDay, Reading, Session, Viewer
from medianest_plex.models.watchlists import Watchlist, WatchlistTitle

__all__ = [
    "Base",
    "CollectionItem",
    "Connection",
    "Copy",
    "GivenAccount",
    "Integration",
    "Item",
    "Library",
    "Member",
    "Play",
    "PlayDay",
    "Reading",
    "Server",
    "Session",
    "TitleWord",
    "Viewer",
    "Watchlist",
    "WatchlistTitle",
]

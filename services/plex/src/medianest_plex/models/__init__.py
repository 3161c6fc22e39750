"""The tables of the plex service: copies of what Plex says, to be shown and searched fast, also while it is away."""

from medianest_plex.models.base import Base
from medianest_plex.models.library import CollectionItem, Item, Library, Server
from medianest_plex.models.members import Copy, Member

__all__ = ["Base", "CollectionItem", "Copy", "Item", "Library", "Member", "Server"]

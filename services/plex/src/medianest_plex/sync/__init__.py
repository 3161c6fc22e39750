"""Keeps the index like the libraries: a full pass now and then, what is new every minute, and at once on a hint.

Plex has no feed of changes that can be trusted, so each way mends what the others miss: hints come fast and get lost,
`updatedAt` says nothing of deletions, and a full pass sees everything but is slow.
"""

from medianest_plex.sync.beat import Sync

__all__ = ["Sync"]

"""Reads and writes of the media service that have a meaning of their own."""

from medianest_media.repository.allowing import OwnQuotas, Rules, read_own_quota
from medianest_media.repository.claims import Claims
from medianest_media.repository.following import Followers
from medianest_media.repository.library import (
    LibraryItems,
    Ours,
    read_holding,
    read_holdings,
    read_known,
    read_ours,
    read_places,
)
from medianest_media.repository.people import People
from medianest_media.repository.reading import (
    read_claimed,
    read_counts,
    read_other_twins,
    read_seen,
    read_twins,
    read_usage,
)
from medianest_media.repository.requests import Requests
from medianest_media.repository.titles import remember_title, remember_titles

__all__ = [
    "Claims",
    "Followers",
    "LibraryItems",
    "Ours",
    "OwnQuotas",
    "People",
    "Requests",
    "Rules",
    "read_claimed",
    "read_counts",
    "read_holding",
    "read_holdings",
    "read_known",
    "read_other_twins",
    "read_ours",
    "read_own_quota",
    "read_places",
    "read_seen",
    "read_twins",
    "read_usage",
    "remember_title",
    "remember_titles",
]

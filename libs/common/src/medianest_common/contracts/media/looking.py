"""Hints that something has become of a title."""

from medianest_common.contracts.base import Job, Timestamp
from medianest_common.contracts.media import MediaType


class LookAtTitle(Job):
    """Radarr or Sonarr has done something with it: whatever is asked for of it is looked at now instead of later.

    It is named as far as the sender does: some versions tell TheTVDB's number only, some nothing but a title.
    """

    media_type: MediaType
    tmdb_id: int | None = None
    tvdb_id: int | None = None
    imdb_id: str | None = None
    title: str | None = None
    year: int | None = None
    seasons: list[int] = []
    """Those it is about; none for all of it."""
    is_4k: bool | None = None
    """None where that is not told."""
    is_grabbed: bool = False
    """A download of it has begun."""
    is_gone: bool = False
    """A file of it, or all of it, was taken away."""
    at: Timestamp

"""What is done by itself, later and perhaps more than once, for downloads and the lists that they come from."""

from uuid import UUID

from medianest_common.contracts.base import Job


class DownloadAsset(Job):
    """The right to run one download. Which one is decided when it begins, by what is most urgent then."""

    ticket: UUID


class IndexList(Job):
    """The right to read one batch or subscription further."""

    ticket: UUID


class EndDownloads(Job):
    """These are wanted no more, as when a list is given up or a rule of retention makes room. What is not there yet
    is cancelled; what is there stays, unless `files` says that it goes. Pinned ones and others' stay in any case."""

    download_ids: list[UUID]
    files: bool = False
    why: str = "deleted"
    """As tombstones know it: deleted, or retention."""
    by: UUID | None = None


class HandOver(Job):
    """See that Plex shows what has been stored, with our title, date and collection."""

    asset_id: UUID


class FurnishShow(Job):
    """Put pictures, and what Jellyfin and Kodi read, beside the first video of a show or of a season."""

    list_id: str
    """The channel or playlist whose show it is."""
    title: str
    paths: list[str]
    """What is missing, below the download folder."""
    picture_url: str | None = None
    """What does where the list has no picture of its own."""
    attempt: int = 1


class KeepCollection(Job):
    """Put what is there of a list into its Plex collection, in the order of the list."""

    list_id: str
    collection: str
    library_key: str


class ReleaseCollection(Job):
    """Nobody asks for these in their Plex collection any more, as far as whoever has said so knows."""

    collection: str
    library_key: str
    rating_keys: list[str]

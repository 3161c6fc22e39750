"""What another service has put into a folder of a library, and wants to be seen there."""

from enum import StrEnum

from medianest_common.contracts.base import Command, Contract, Nothing, Query


class FileState(StrEnum):
    NO_PLEX = "no_plex"
    """There is no media server, or none that may be asked."""
    NO_LIBRARY = "no_library"
    """No library has a folder that the file lies in."""
    AWAITED = "awaited"
    """Plex has been told to look. Ask again in a while."""
    SHOWN = "shown"


class ShownFile(Contract):
    state: FileState
    rating_key: str | None = None
    library_key: str | None = None
    library_title: str | None = None
    url: str | None = None
    """Of Plex's own page."""


class ShowFile(Command[ShownFile]):
    """Until Plex shows the file, its folder is looked through; then the item is given these texts. Safe to repeat.

    `path` is the file's as the media server sees it, and `library_key` only says which of several libraries is meant.
    """

    path: str
    title: str
    summary: str | None = None
    published_on: str | None = None
    library_key: str | None = None


class FolderState(StrEnum):
    NO_PLEX = "no_plex"
    NO_LIBRARY = "no_library"
    """No library has this folder, or one above it."""
    FOUND = "found"
    UNKNOWN = "unknown"
    """Plex could not be asked."""


class FolderFound(Contract):
    state: FolderState
    library_key: str | None = None
    library_title: str | None = None


class FindFolder(Query[FolderFound]):
    """Which library has this folder. `path` is as the media server sees it."""

    path: str


class ArrangeCollection(Command[Nothing]):
    """The collection of this title, made if need be, holds these items in this order, and others behind them."""

    library_key: str
    title: str
    rating_keys: list[str]


class ReleaseFromCollection(Command[Nothing]):
    """These items are in the collection of this title no longer. With its last item it goes; the items stay."""

    library_key: str
    title: str
    rating_keys: list[str]

"""How far the index of the libraries has got, and what others say of changes in them."""

from pydantic import Field

from medianest_common.contracts.base import Command, Contract, Job, Nothing, Query, Timestamp


class LibrarySync(Contract):
    """`items` counts films, shows or artists in the index; `missing` those of any kind that Plex did not list last, and
    that are removed if it stays so. `dropped` entries could not be read at the last full pass.
    """

    key: str
    title: str
    type: str
    items: int
    missing: int
    dropped: int
    last_full_pass_at: Timestamp | None
    last_look_at: Timestamp | None
    running: bool
    read: int | None
    """Entries that the full pass at work has read so far."""
    asked_for: bool
    """A full pass has been asked for and comes next."""


class SyncState(Contract):
    items: list[LibrarySync]


class GetSyncState(Query[SyncState]):
    pass


class SyncLibrary(Command[Nothing]):
    """A full pass with the next look, which is a matter of seconds."""

    key: str = Field(max_length=20)


class HintLibraries(Job):
    """Something may have come into the libraries of this type, `movie` or `show`, or left them."""

    type: str


class ReceivePlexWebhook(Job):
    """The JSON of Plex's webhook as it came, to be taken as a hint and checked against Plex itself."""

    body: str
    received_at: Timestamp


class ReceiveTautulliWebhook(Job):
    """The same from Tautulli, in the form that docs/operations.md asks for."""

    body: str
    received_at: Timestamp

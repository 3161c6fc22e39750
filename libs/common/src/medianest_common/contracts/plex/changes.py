"""What administrators may change on the media server: collections, and looking for new files."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query

MOST_ADDED = 500
MOST_REMOVED = 200

Key = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ItemOutcome(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    """It was so before."""
    REFUSED = "refused"
    """Cannot be in this collection."""
    FAILED = "failed"
    """Plex did not do it; it may be tried again."""


class ItemResult(Contract):
    rating_key: str
    outcome: ItemOutcome
    problem: str | None = None


class CollectionChanged(Contract):
    """One result for each item, in the order asked; the collection is as it is after all of them."""

    rating_key: str
    title: str
    library_key: str
    item_count: int
    added: list[ItemResult] = []
    removed: list[ItemResult] = []


class CreateCollectionBody(Body):
    title: Title
    library_key: Key
    rating_keys: list[Key] = Field(min_length=1, max_length=MOST_ADDED)


class ChangeCollectionBody(Body):
    add: list[Key] = Field(default=[], max_length=MOST_ADDED)
    remove: list[Key] = Field(default=[], max_length=MOST_REMOVED)

    @model_validator(mode="after")
    def _says_something_once(self) -> "ChangeCollectionBody":
        if not self.add and not self.remove:
            raise ValueError("name items to add or to remove")
        if set(self.add) & set(self.remove):
            raise ValueError("the same item cannot be added and removed")
        return self


class ScanBody(Body):
    """`path` is a folder as the media server names it; the whole library is looked through without one."""

    path: str | None = Field(default=None, min_length=1, max_length=1000)


class Scan(Contract):
    """`progress` in percent; None while it is unknown and when nothing runs."""

    library_key: str
    running: bool
    progress: int | None = None
    title: str | None = None


class CreateCollection(Command[CollectionChanged]):
    title: str
    library_key: str
    rating_keys: list[str]


class ChangeCollection(Command[CollectionChanged]):
    rating_key: str
    add: list[str] = []
    remove: list[str] = []


class DeleteCollection(Command[Nothing]):
    """The items in it stay."""

    rating_key: str


class ScanLibrary(Command[Scan]):
    library_key: str
    path: str | None = None


class GetScan(Query[Scan]):
    library_key: str

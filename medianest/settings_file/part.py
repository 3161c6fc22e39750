"""One part of the file, and how it is made to be so here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from medianest.settings_file.house import House
from medianest_common.contracts.base import Body

type Places = Sequence[tuple[str, UUID]]
"""Keys and ids."""


class Fate(StrEnum):
    MADE = "made"
    CHANGED = "changed"
    SAME = "left as it is"
    ORDERED = "put in order"
    REFUSED = "not taken over"


@dataclass(frozen=True, slots=True)
class Outcome:
    part: str
    path: str
    """Where it stands in the file."""
    name: str
    fate: Fate
    remarks: Sequence[str] = ()


@dataclass(slots=True)
class Coming:
    """What the file brings, on which other entries of it may count in a dry run."""

    monitors: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)


class Part[E: Body](ABC):
    """Entries are known again by their keys. What only this installation has is let alone."""

    name: str
    """In the file."""

    def __init__(self, house: House) -> None:
        self.house = house

    @classmethod
    @abstractmethod
    def key(cls, entry: E) -> str:
        """For people, too."""

    @abstractmethod
    async def read(self) -> list[E]:
        """All there are here, in their order."""

    def kept(self, entries: list[E]) -> list[E]:
        """Those that are worth taking elsewhere."""
        return entries

    def lost(self) -> list[str]:
        """What `read` has found and `kept` cannot keep, in words."""
        return []

    def missing(self, entry: E, coming: Coming) -> list[str]:
        """What it speaks of and what is not here."""
        return []

    def written(self, entry: E) -> dict[str, Any]:
        return plain(entry)

    def is_same(self, here: E, wanted: E) -> bool:
        return here == wanted

    def first(self, entries: Sequence[E]) -> Sequence[E]:
        """In the order in which they are written."""
        return entries

    @abstractmethod
    async def write(self, entry: E) -> None:
        """Makes or changes it. What `read` has found last is what is here."""


class OrderedPart[E: Body](Part[E]):
    """One whose order says something."""

    @abstractmethod
    def places(self) -> Places:
        """What `read` has found last, in order."""

    @abstractmethod
    async def put_in_order(self, ids: Sequence[UUID]) -> None:
        """All there are."""


def arranged(places: Places, wanted: Sequence[str]) -> list[UUID]:
    """`wanted` in its order, on the places that it has; all others stay where they are."""
    ids = dict(reversed(places))
    moved = [ids[key] for key in wanted if key in ids]
    following, members = iter(moved), set(moved)
    return [next(following) if each in members else each for _, each in places]


def plain(entry: Body) -> dict[str, Any]:
    """As it is written: without what is nothing anyway."""
    silent = {
        name
        for name, info in type(entry).model_fields.items()
        if info.default in (None, [], {}) and getattr(entry, name) == info.default
    }
    return entry.model_dump(mode="json", by_alias=True, exclude=silent)

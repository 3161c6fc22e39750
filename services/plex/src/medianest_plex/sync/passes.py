"""What one reading of a library came to."""

from array import array
from dataclasses import dataclass, field
from datetime import datetime

from medianest_plex.models import Library


@dataclass
class Pass:
    library: Library
    is_full: bool = False
    read: int = 0
    """Entries, among them those of a second reading."""
    dropped: int = 0
    nameless: int = 0
    """Dropped ones of which not even the number could be read; while there are any, nothing is believed to be gone."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    complete: bool = True
    seen: array[int] = field(default_factory=lambda: array("q"))
    collections: list[int] = field(default_factory=list)
    newest: datetime | None = None
    total: int | None = None
    """Films, shows or artists, as Plex counts them."""


@dataclass
class Reading:
    """Of one kind of item, from the first page to the last."""

    keys: dict[int, None] = field(default_factory=dict)
    """In the order in which they were listed."""
    entries: int = 0
    dropped: int = 0
    nameless: int = 0
    totals: set[int | None] = field(default_factory=set)

    @property
    def is_even(self) -> bool:
        """Nothing came or went meanwhile, and as many different ones were read as there are.

        A server that never says how many there are has ended the list with an empty page.
        """
        if len(self.totals) > 1:
            return False
        total = next(iter(self.totals), None)
        return total is None or len(self.keys) + self.nameless == total

    def repeats(self, earlier: "Reading") -> bool:
        """A list that names some twice never comes out even, but it is the same each time."""
        return (
            self.keys.keys() == earlier.keys.keys()
            and self.totals == earlier.totals
            and self.entries == earlier.entries == next(iter(self.totals), None)
        )

"""What each account has seen, and where it stopped."""

from dataclasses import dataclass, field

from .accounts import FakeAccount
from .items import HOLDERS, Item
from .recorded import Document


@dataclass
class Watching:
    """By the number of the account and the key of a film or episode."""

    seen: dict[tuple[int, int], int] = field(default_factory=dict)
    """How often."""
    stopped_at: dict[tuple[int, int], int] = field(default_factory=dict)
    """In milliseconds; the one that was stopped last comes last."""

    def has_seen(self, account: FakeAccount, item: Item) -> bool:
        """All of it."""
        leaves = item.leaves if item.type in HOLDERS else [item]
        return all((account.id, leaf.key) in self.seen for leaf in leaves)

    def see(self, account: FakeAccount, item: Item) -> None:
        for leaf in item.leaves if item.type in HOLDERS else [item]:
            self.stopped_at.pop((account.id, leaf.key), None)
            self.seen[account.id, leaf.key] = self.seen.get((account.id, leaf.key), 0) + 1

    def stop(self, account: FakeAccount, item: Item, *, at_ms: int) -> None:
        self.stopped_at.pop((account.id, item.key), None)
        self.stopped_at[account.id, item.key] = at_ms

    def views(self, account: FakeAccount, item: Item) -> Document:
        """What an item says of the account that asks."""
        if item.type in HOLDERS:
            return {"viewedLeafCount": sum((account.id, leaf.key) in self.seen for leaf in item.leaves)}
        document: Document = {}
        if (account.id, item.key) in self.seen:
            document["viewCount"] = self.seen[account.id, item.key]
        if (account.id, item.key) in self.stopped_at:
            document["viewOffset"] = self.stopped_at[account.id, item.key]
        return document

"""The libraries of the index, as far as somebody may see them, and whether what it says is fresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience
from medianest_plex.errors import NoSuchItem, NoSuchLibrary

INDEXED = frozenset({"movie", "show", "artist"})
_BELIEVED_FOR = timedelta(seconds=45)
"""A little longer than from one look at the libraries to the next: what fails once is read at the second attempt."""
# Of the server that was seen last. No row for a library when there is none.
_SHELVES = text("""
    select s.id as server_id, s.machine_identifier, l.id, l.key, l.type, l.title, l.item_count,
           l.complete_at is not null as is_complete, l.unread_since
      from (select id, machine_identifier from servers order by last_seen_at desc limit 1) s
      left join libraries l on l.server_id = s.id
     order by l.position, l.key
""")
_PLACE = text("""
    select i.library_id, i.type from items i
     where i.server_id = :server and i.rating_key = :key
""")


class Shelf(NamedTuple):
    id: int
    key: str
    type: str
    title: str
    item_count: int
    is_complete: bool
    unread_since: datetime | None


@dataclass(frozen=True, slots=True)
class Shelves:
    """`is_ready` means that everything the person may see was read completely at least once."""

    server_id: int | None
    machine_identifier: str | None
    is_read: bool
    """The list of libraries itself was read."""
    visible: Sequence[Shelf]

    @property
    def is_ready(self) -> bool:
        """Photos and the like are listed, but never read."""
        return self.is_read and all(shelf.is_complete for shelf in self.visible if shelf.type in INDEXED)

    @property
    def ids(self) -> list[int]:
        return [shelf.id for shelf in self.visible]

    def shelf(self, key: str) -> Shelf:
        """Raises `NoSuchLibrary` for one that is not there or not for this person."""
        found = next((shelf for shelf in self.visible if shelf.key == key), None)
        if found is None:
            raise NoSuchLibrary("Take a library from the list of libraries.")
        return found


async def shelves(app: PlexApp, whose: Audience) -> Shelves:
    async with app.db.read() as connection:
        rows = (await connection.execute(_SHELVES)).all()
    if not rows:
        return Shelves(None, None, is_read=False, visible=[])
    seen = [
        Shelf(row.id, str(row.key), row.type, row.title, row.item_count, row.is_complete, row.unread_since)
        for row in rows
        if row.id is not None and whose.may_see(str(row.key))
    ]
    is_read = rows[0].id is not None
    return Shelves(rows[0].server_id, rows[0].machine_identifier, is_read=is_read, visible=seen)


async def is_stale(app: PlexApp, whose: Audience, seen: Shelves) -> bool:
    """Also while the index was never complete, and while Plex is there and does not tell what is in its libraries."""
    since = min((shelf.unread_since for shelf in seen.visible if shelf.unread_since), default=None)
    is_read = since is None or app.clock.now() - since < _BELIEVED_FOR
    return not (whose.plex_answers and seen.is_ready and is_read and await app.plex.watch.glance())


async def kind_on(app: PlexApp, seen: Shelves, rating_key: str) -> str:
    """The type of an item on one of these shelves. Raises `NoSuchItem` for what is on none of them."""
    async with app.db.read() as connection:
        values = {"server": seen.server_id, "key": key_of(rating_key)}
        row = (await connection.execute(_PLACE, values)).first()
    if row is None or row.library_id not in seen.ids:
        raise no_such_item()
    return str(row.type)


def key_of(rating_key: str) -> int:
    if not (rating_key.isascii() and rating_key.isdecimal() and len(rating_key) < 19):
        raise no_such_item()
    return int(rating_key)


def no_such_item() -> NoSuchItem:
    return NoSuchItem("It is not in the libraries that you may see, or not any more.")

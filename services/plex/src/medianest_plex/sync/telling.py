"""What the index tells others: what came, changed and went. Episodes and tracks are told as more of what holds them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemRemoved
from medianest_common.db import Transaction
from medianest_plex.index import Index, Stored
from medianest_plex.models import Library, Server

TOLD = frozenset({"movie", "show", "season", "artist", "album", "collection"})
_NEWS = timedelta(hours=24)
"""Older than that and new to us is no news: files are moved and replaced."""


async def tell_stored(
    tx: Transaction, server: Server, library: Library, stored: Stored, *, now: datetime
) -> None:
    added = [row for row in stored.added if row["type"] in TOLD]
    changed = [row for row in stored.changed if row["type"] in TOLD]
    parents = await Index(tx.session).ids_of_parents(server.id, [*added, *changed])
    known = await Index(tx.session).known_elsewhere(added) if library.complete_at else set[int]()
    for row in added:
        added_at = datetime.fromisoformat(row["added_at"]) if row["added_at"] else None
        fresh = added_at is not None and now - added_at < _NEWS
        is_news = library.complete_at is not None and fresh and row["rating_key"] not in known
        tx.emit(ItemAdded(**_told(server, library, row, parents, now=now), is_news=is_news))
    # What a first reading finds bit by bit, or what came while nobody looked for long, is no news.
    looked_lately = library.checked_at is not None and now - library.checked_at < _NEWS
    is_followed = library.complete_at is not None and looked_lately
    for row in changed:
        told = _told(server, library, row, parents, now=now)
        before = stored.episodes_before.get(row["rating_key"])
        has_grown = before is not None and (row.get("leaf_count") or 0) > before
        tx.emit(ItemChanged(**told, episodes_before=before if is_followed or not has_grown else None))


async def tell_again(
    tx: Transaction,
    server: Server,
    libraries: Mapping[int, Library],
    rows: Iterable[Mapping[str, Any]],
    *,
    now: datetime,
) -> None:
    told = list(rows)
    parents = await Index(tx.session).ids_of_parents(server.id, told)
    for row in told:
        tx.emit(ItemChanged(**_told(server, libraries[row["library_id"]], row, parents, now=now)))


async def tell_removed(
    tx: Transaction, server: Server, library: Library, rows: Iterable[Mapping[str, Any]], *, now: datetime
) -> None:
    removed = [row for row in rows if row["type"] in TOLD]
    parents = await Index(tx.session).ids_of_parents(server.id, removed)
    for row in removed:
        tx.emit(ItemRemoved(**_told(server, library, row, parents, now=now)))


def _told(
    server: Server,
    library: Library,
    row: Mapping[str, Any],
    parents: Mapping[int, Mapping[str, Any]],
    *,
    now: datetime,
) -> dict[str, Any]:
    season = row["type"] == "season"
    ids = parents.get(row["parent_key"], {}) if season else row
    return {
        "machine_identifier": server.machine_identifier,
        "rating_key": str(row["rating_key"]),
        "server_name": server.name,
        "library_key": str(library.key),
        "library_title": library.title,
        "item_type": ItemType(row["type"]),
        "title": row["title"],
        "year": row["year"],
        "tmdb_id": ids.get("tmdb_id"),
        "tvdb_id": ids.get("tvdb_id"),
        "imdb_id": ids.get("imdb_id"),
        "parent_key": str(row["parent_key"]) if row["parent_key"] else None,
        "parent_title": row.get("parent_title"),
        "season": row["index"] if season else None,
        "episode_count": row.get("leaf_count") if row["type"] in ("season", "show") else None,
        "resolutions": (row.get("extra") or {}).get("resolutions", []),
        "added_at": row.get("added_at"),
        "seen_at": now.astimezone(UTC),
    }

"""Items as Plex lists them, read one by one: a bad one is left out and counted, and the others are shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from prometheus_client import Counter

from medianest_common.contracts.plex import ItemType
from medianest_plex.adapters.coercion import (
    Document,
    entries,
    to_date,
    to_float,
    to_int,
    to_key,
    to_positive,
    to_text,
    to_time,
)
from medianest_plex.adapters.guids import ExternalIds, external_ids
from medianest_plex.image_keys import allowed_path

log = structlog.get_logger()

DROPPED = Counter("medianest_plex_items_dropped", "Items from Plex that could not be understood.", ["list"])

_NOT_SHOWN = frozenset({"collection", "playlist", "clip", "photo", "photoalbum", "person", "tag", "genre"})
_UNNUMBERED = frozenset({"movie", "show", "artist", "collection"})
_MOST_GENRES = 20
_TYPES = {kind.value: kind for kind in ItemType}
_SUMMARY = 4000


class BadItem(Exception):
    """Says which part of an item makes it useless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlexItem:
    """`image` is a path of the server, one of those that may be fetched."""

    rating_key: str
    type: ItemType
    title: str
    library_key: str
    parent_title: str | None = None
    grandparent_title: str | None = None
    index: int | None = None
    parent_index: int | None = None
    year: int | None = None
    summary: str | None = None
    image: str | None = None
    added_at: datetime | None = None
    duration_ms: int | None = None
    ids: ExternalIds = field(default_factory=ExternalIds)
    original_title: str | None = None
    parent_key: str | None = None
    grandparent_key: str | None = None
    released_on: date | None = None
    rating: float | None = None
    content_rating: str | None = None
    genres: list[str] = field(default_factory=list)
    child_count: int | None = None
    leaf_count: int | None = None
    view_offset_ms: int | None = None


def read_items(
    documents: Iterable[Document], *, of: str, library_key: str | None = None, collections: bool = False
) -> list[PlexItem]:
    """Each once. `library_key` is for lists of one library, whose items do not say it themselves. Collections are left
    out unless asked for."""
    found: dict[str, PlexItem] = {}
    for document in documents:
        try:
            item = _item(document, library_key=library_key, collections=collections)
        except BadItem as bad:
            DROPPED.labels(of).inc()
            log.info("plex_item_dropped", list=of, reason=str(bad))
            continue
        if item is not None:
            found.setdefault(item.rating_key, item)
    return list(found.values())


def read_seasons(episodes: Iterable[Document], *, of: str, library_key: str) -> list[PlexItem]:
    """The seasons that the episodes belong to, in the same order: twenty new episodes are one new season."""
    return read_items((_as_season(episode) for episode in episodes), of=of, library_key=library_key)


def _item(document: Document, *, library_key: str | None, collections: bool) -> PlexItem | None:
    """None for kinds of things that are not shown here."""
    kind = str(document.get("type"))
    if kind in _NOT_SHOWN and not (collections and kind == "collection"):
        return None
    if kind not in _TYPES:
        raise BadItem("type")
    key = to_key(document.get("ratingKey"))
    if key is None:
        raise BadItem("ratingKey")
    title = to_text(document.get("title")) or _numbered(kind, document)
    if title is None:
        raise BadItem("title")
    library = to_key(document.get("librarySectionID")) or library_key
    if library is None:
        raise BadItem("librarySectionID")
    return PlexItem(
        rating_key=key,
        type=_TYPES[kind],
        title=title,
        library_key=library,
        parent_title=to_text(document.get("parentTitle")),
        grandparent_title=to_text(document.get("grandparentTitle")),
        index=to_int(document.get("index")) if kind not in _UNNUMBERED else None,
        parent_index=to_int(document.get("parentIndex")),
        year=to_positive(document.get("year")),
        summary=to_text(document.get("summary"), longest=_SUMMARY),
        image=_image(document),
        added_at=to_time(document.get("addedAt")),
        duration_ms=to_positive(document.get("duration")),
        ids=external_ids(document),
        original_title=to_text(document.get("originalTitle")),
        parent_key=to_key(document.get("parentRatingKey")),
        grandparent_key=to_key(document.get("grandparentRatingKey")),
        released_on=to_date(document.get("originallyAvailableAt")),
        rating=to_float(document.get("audienceRating")) or to_float(document.get("rating")),
        content_rating=to_text(document.get("contentRating"), longest=20),
        genres=_genres(document),
        child_count=to_int(document.get("childCount")),
        leaf_count=to_int(document.get("leafCount")),
        view_offset_ms=to_positive(document.get("viewOffset")),
    )


def _genres(document: Document) -> list[str]:
    names = (to_text(tag.get("tag"), longest=100) for tag in entries(document.get("Genre")))
    return list(dict.fromkeys(name for name in names if name))[:_MOST_GENRES]


def _as_season(episode: Document) -> Document:
    """The season as far as an episode tells of it; the episode itself where it belongs to none."""
    if to_key(episode.get("parentRatingKey")) is None:
        return episode
    return {
        "type": "season",
        "ratingKey": episode["parentRatingKey"],
        "title": episode.get("parentTitle"),
        "index": episode.get("parentIndex"),
        "parentTitle": episode.get("grandparentTitle"),
        "year": episode.get("parentYear"),
        "thumb": episode.get("parentThumb"),
        "parentThumb": episode.get("grandparentThumb"),
        "addedAt": episode.get("addedAt"),
        "librarySectionID": episode.get("librarySectionID"),
    }


def _numbered(kind: str, document: Document) -> str | None:
    number = to_int(document.get("index"))
    return (
        f"{kind.capitalize()} {number}"
        if number is not None and kind in ("season", "episode", "track")
        else None
    )


def _image(document: Document) -> str | None:
    paths = (allowed_path(document.get(name)) for name in ("thumb", "parentThumb", "grandparentThumb"))
    return next((path for path in paths if path), None)

"""From what Plex lists to rows of the index. A bad item is left out and counted; the others are kept."""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

import structlog

from medianest_plex.adapters.answers import views_of
from medianest_plex.adapters.coercion import (
    Document,
    entries,
    to_float,
    to_int,
    to_key,
    to_positive,
    to_text,
    to_time,
)
from medianest_plex.adapters.guids import external_ids
from medianest_plex.adapters.items import DROPPED, BadItem
from medianest_plex.folding import fold, search_text
from medianest_plex.image_keys import allowed_path
from medianest_plex.title_words import searchable

log = structlog.get_logger()

type Row = dict[str, Any]

TYPES = {"movie", "show", "season", "episode", "artist", "album", "track", "collection"}
SEARCHED = {"movie", "show", "artist", "album", "episode", "track", "collection"}
_SUMMARY = 4000
_SORTED, _SEARCHED = 80, 400
"""Characters of a title that it is sorted and searched by: what is indexed must not be long."""
_MOST_TAGS = 20
_SHOWN = ("tagline", "studio", "contentRating", "editionTitle", "subtype", "smart")


class Records(NamedTuple):
    rows: list[Row]
    dropped: int


def read_records(documents: Iterable[Document], *, server_id: int, library_id: int) -> Records:
    rows: dict[int, Row] = {}
    dropped = 0
    for document in documents:
        try:
            row = _record(document, server_id=server_id, library_id=library_id)
        except BadItem as bad:
            DROPPED.labels("index").inc()
            log.info("plex_item_dropped", list="index", reason=str(bad))
            dropped += 1
            continue
        rows.setdefault(row["rating_key"], row)
    return Records(list(rows.values()), dropped)


def _record(document: Document, *, server_id: int, library_id: int) -> Row:
    kind = str(document.get("type"))
    if kind not in TYPES:
        raise BadItem("type")
    key = to_key(document.get("ratingKey"))
    if key is None:
        raise BadItem("ratingKey")
    number = to_int(document.get("index"))
    title = to_text(document.get("title")) or (
        f"{kind.capitalize()} {number}" if number is not None else None
    )
    if title is None:
        raise BadItem("title")
    original = to_text(document.get("originalTitle"))
    ids = external_ids(document)
    added, updated = to_time(document.get("addedAt")), to_time(document.get("updatedAt"))
    genres = _tags(document, "Genre")
    row: Row = {
        "server_id": server_id,
        "rating_key": int(key),
        "library_id": library_id,
        "type": kind,
        "title": title,
        "sort_title": (fold(to_text(document.get("titleSort")) or title) or title.casefold())[:_SORTED],
        "original_title": original if original != title else None,
        "parent_key": _key(document, "parentRatingKey"),
        "grandparent_key": _key(document, "grandparentRatingKey"),
        "parent_title": to_text(document.get("parentTitle")),
        "grandparent_title": to_text(document.get("grandparentTitle")),
        "index": number if kind not in ("movie", "show", "artist", "collection") else None,
        "parent_index": to_int(document.get("parentIndex")),
        "year": to_positive(document.get("year")),
        "released_on": _date(document.get("originallyAvailableAt")),
        "added_at": added.isoformat() if added else None,
        "updated_at": updated.isoformat() if updated else None,
        "duration_ms": to_positive(document.get("duration")),
        "rating": to_float(document.get("audienceRating")) or to_float(document.get("rating")),
        "content_rating": to_text(document.get("contentRating"), longest=20),
        "summary": to_text(document.get("summary"), longest=_SUMMARY),
        "guid": to_text(document.get("guid")),
        "tmdb_id": ids.tmdb,
        "tvdb_id": ids.tvdb,
        "imdb_id": ids.imdb,
        "image": _path(document, "thumb", "parentThumb", "grandparentThumb"),
        "art": _path(document, "art", "grandparentArt"),
        "leaf_count": to_int(document.get("leafCount")),
        "child_count": to_int(document.get("childCount")),
        "view_count": views_of(document),
        "genres": genres,
        "extra": _extra(document),
        "search_text": search_text(title, original)[:_SEARCHED] if kind in SEARCHED else None,
        "words": None,
    }
    if kind in SEARCHED:
        named = [*row["extra"].get("people", ()), *row["extra"].get("directors", ())]
        row["words"] = searchable((title, original), context=_context(row), people=named, year=row["year"])
    row["digest"] = blake2b(json.dumps(row, sort_keys=True).encode(), digest_size=12).hexdigest()
    return row


def _context(row: Row) -> list[str | None]:
    """What people name along with a title: the show of an episode, the artist of an album or track."""
    return [row["grandparent_title"], row["parent_title"] if row["type"] in ("album", "track") else None]


def _extra(document: Document) -> dict[str, Any]:
    """Only shown, never searched or sorted by."""
    extra: dict[str, Any] = {name: value for name in _SHOWN if (value := to_text(document.get(name)))}
    for name, key in (("Role", "people"), ("Director", "directors")):
        if people := _tags(document, name):
            extra[key] = people
    media = entries(document.get("Media"))
    if media and (resolution := to_text(media[0].get("videoResolution"))):
        extra["resolution"] = resolution
    if document.get("type") == "movie" and (found := {_resolution(each) for each in media} - {None}):
        extra["resolutions"] = sorted(filter(None, found))
    return extra


def _resolution(media: Document) -> str | None:
    """Such as `1080`, `4k` or `sd`."""
    named = to_text(media.get("videoResolution"), longest=20)
    return named.lower() if named else None


def _tags(document: Document, name: str) -> list[str]:
    found = (to_text(tag.get("tag"), longest=100) for tag in entries(document.get(name)))
    return list(dict.fromkeys(tag for tag in found if tag))[:_MOST_TAGS]


def _key(document: Document, name: str) -> int | None:
    key = to_key(document.get(name))
    return int(key) if key else None


def _path(document: Document, *names: str) -> str | None:
    return next((path for name in names if (path := allowed_path(document.get(name)))), None)


def _date(value: object) -> str | None:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None

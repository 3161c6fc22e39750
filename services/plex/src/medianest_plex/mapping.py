"""From what Plex says to what people are told."""

from typing import Any

from medianest_common.contracts.plex import LibraryItem
from medianest_plex.adapters.items import PlexItem
from medianest_plex.image_keys import ImageKeys, Picture


def as_library_item(item: PlexItem, *, images: ImageKeys) -> LibraryItem:
    return LibraryItem(**item_fields(item, images=images))


def item_fields(item: PlexItem, *, images: ImageKeys) -> dict[str, Any]:
    """What a `LibraryItem`, and whatever has more than that, is made of."""
    return {
        "rating_key": item.rating_key,
        "type": item.type,
        "title": item.title,
        "parent_title": item.parent_title,
        "grandparent_title": item.grandparent_title,
        "index": item.index,
        "parent_index": item.parent_index,
        "year": item.year,
        "summary": item.summary,
        "library_key": item.library_key,
        "image": images.sign(Picture(item.library_key, item.image)) if item.image else None,
        "added_at": item.added_at,
        "duration_ms": item.duration_ms,
        "tmdb_id": item.ids.tmdb,
        "tvdb_id": item.ids.tvdb,
        "imdb_id": item.ids.imdb,
        "original_title": item.original_title,
        "parent_key": item.parent_key,
        "grandparent_key": item.grandparent_key,
        "released_on": item.released_on,
        "rating": round(item.rating, 1) if item.rating is not None else None,
        "content_rating": item.content_rating,
        "genres": item.genres,
        "child_count": item.child_count,
        "leaf_count": item.leaf_count,
    }

"""From what Plex says to what people are told."""

from medianest_common.contracts.plex import LibraryItem
from medianest_plex.adapters.items import PlexItem
from medianest_plex.image_keys import ImageKeys, Picture


def as_library_item(item: PlexItem, *, images: ImageKeys) -> LibraryItem:
    return LibraryItem(
        rating_key=item.rating_key,
        type=item.type,
        title=item.title,
        parent_title=item.parent_title,
        grandparent_title=item.grandparent_title,
        index=item.index,
        parent_index=item.parent_index,
        year=item.year,
        summary=item.summary,
        library_key=item.library_key,
        image=images.sign(Picture(item.library_key, item.image)) if item.image else None,
        added_at=item.added_at,
        duration_ms=item.duration_ms,
        tmdb_id=item.ids.tmdb,
        tvdb_id=item.ids.tvdb,
        imdb_id=item.ids.imdb,
    )

"""The plex service tells what came into the library and what went. Who waited for it is told at once."""

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemEvent, ItemRemoved
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.repository import LibraryItems
from medianest_media.use_cases.fulfil import fulfil

_KINDS = {
    ItemType.MOVIE: MediaType.MOVIE,
    ItemType.SHOW: MediaType.TV,
    ItemType.SEASON: MediaType.TV,
}


async def take_stock(app: MediaApp, tx: Transaction, event: ItemEvent) -> None:
    media_type = _KINDS.get(event.item_type)
    is_season = event.item_type is ItemType.SEASON
    if media_type is None or (is_season and (event.season is None or event.parent_key is None)):
        return
    gone = isinstance(event, ItemRemoved)
    items = LibraryItems(tx.session)
    is_news = await items.keep(
        {
            "machine_identifier": event.machine_identifier,
            "rating_key": event.rating_key,
            "media_type": media_type,
            "season": event.season if is_season else None,
            "parent_key": event.parent_key if is_season else None,
            "tmdb_id": None if is_season else event.tmdb_id,
            "tvdb_id": None if is_season else event.tvdb_id,
            "imdb_id": None if is_season else event.imdb_id,
            "episode_count": event.episode_count,
            "server_name": event.server_name,
            "library_title": event.library_title,
            "has_4k": "4k" in event.resolutions,
            "gone": gone,
            "seen_at": event.seen_at,
        }
    )
    if is_news and not gone:
        holder = event.parent_key if is_season and event.parent_key else event.rating_key
        for media_type, tmdb_id in await items.titles_of(event.machine_identifier, holder):
            await fulfil(app, tx, media_type, tmdb_id)

"""What a title is called, as well as can be known at this moment."""

from dataclasses import dataclass

from medianest_common.contracts.media import MediaType
from medianest_media.app import MediaApp
from medianest_media.keeping import TROUBLE
from medianest_media.repository import read_seen
from medianest_media.titles import placeholder
from medianest_media.use_cases.known_titles import title_details


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownName:
    title: str
    year: int | None
    poster_path: str | None
    episodes: dict[int, int] | None
    """How many each season has; None for a film, and where nobody can say."""


async def known_name(app: MediaApp, media_type: MediaType, tmdb_id: int) -> KnownName:
    """Raises `TitleUnknown` only where it is certain that there is no such title."""
    try:
        details = await title_details(app, media_type, tmdb_id)
    except TROUBLE:
        async with app.db.read() as connection:
            seen = await read_seen(connection, media_type, tmdb_id)
        return KnownName(
            title=seen.title if seen else placeholder(media_type, tmdb_id),
            year=seen.year if seen else None,
            poster_path=seen.poster_path if seen else None,
            episodes=None,
        )
    return KnownName(
        title=details.title,
        year=details.year,
        poster_path=details.poster_path,
        episodes={season.number: season.episode_count for season in details.seasons} or None,
    )

"""The episodes of a season, and whether the household has it."""

from medianest_common.contracts.media import Availability, GetTitle, MediaType
from medianest_common.contracts.media.catalogue import GetSeason, SeasonPage
from medianest_media.adapters.catalogue import SeasonEpisodes
from medianest_media.app import MediaApp
from medianest_media.described import to_episode
from medianest_media.keeping import kept
from medianest_media.titles import poster_url
from medianest_media.use_cases.get_title import get_title

_FRESH_SECONDS = 3_600.0


async def get_season(app: MediaApp, query: GetSeason) -> SeasonPage:
    show = await get_title(app, GetTitle(media_type=MediaType.TV, tmdb_id=query.tmdb_id))
    told = await kept(
        app,
        f"season:{query.tmdb_id}:{query.number}",
        lambda: app.catalogue.season(query.tmdb_id, query.number),
        model=SeasonEpisodes,
        fresh=_FRESH_SECONDS,
    )
    season = told.value
    known = next((one for one in show.seasons if one.number == season.number), None)
    return SeasonPage(
        tmdb_id=query.tmdb_id,
        number=season.number,
        name=season.name,
        overview=season.overview,
        air_date=season.air_date,
        poster_url=poster_url(season.poster_path),
        availability=known.availability if known else Availability.NONE,
        requestable=known.requestable if known else False,
        reason=known.reason if known else "It has no episodes yet.",
        episodes=[to_episode(episode) for episode in season.episodes],
        stale=told.stale,
        stale_since=told.stale_since,
    )

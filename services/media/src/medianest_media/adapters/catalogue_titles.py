"""Reading the page of one title, in the camelCase in which Overseerr passes on what TMDB tells."""

from typing import Any

from medianest_common.contracts.media import MediaType
from medianest_media.adapters import catalogue_answers as read
from medianest_media.adapters.catalogue import SeasonDetails, TitleDetails
from medianest_media.adapters.lenient import Json, day, each, fields_of, items_of, known_id, number
from medianest_media.titles import image_path, storable, storable_title


def title_details(
    answer: Json,
    media_type: MediaType,
    *,
    region: str,
    ratings: Any,
    videos: Any,
    offers: Any,
    keywords: Any,
) -> TitleDetails:
    """What TMDB and Overseerr keep in different places is handed in, whatever it is."""
    is_film = media_type is MediaType.MOVIE
    ids = fields_of(answer.get("externalIds"))
    minutes = answer.get("runtime") or next(iter(items_of(answer.get("episodeRunTime"))), None)
    votes, average = read.votes(answer)
    certification = read.film_certification if is_film else read.show_certification
    return TitleDetails(
        media_type=media_type,
        tmdb_id=known_id(answer["id"]),
        title=read.title_of(answer),
        original_title=storable_title(str(answer.get("originalTitle") or answer.get("originalName") or ""))
        or None,
        year=read.year_of(answer),
        released=day(answer.get("releaseDate") or answer.get("firstAirDate")),
        overview=storable(str(answer.get("overview") or "")),
        tagline=storable(str(answer.get("tagline") or "")) or None,
        genres=tuple(each("genre", items_of(answer.get("genres")), lambda row: storable_title(row["name"]))),
        runtime_minutes=read.minutes(minutes),
        poster_path=image_path(answer.get("posterPath")),
        backdrop_path=image_path(answer.get("backdropPath")),
        seasons=() if is_film else _seasons(answer),
        tvdb_id=None if is_film else read.tvdb_id(ids.get("tvdbId")),
        imdb_id=read.imdb_id(ids.get("imdbId") or answer.get("imdbId")),
        cast=read.cast(fields_of(answer.get("credits"))),
        crew=read.crew(answer),
        trailers=read.trailers(videos),
        votes=votes,
        vote_average=average,
        certification=certification(ratings, region=region),
        offers=read.offers(offers, region=region) if isinstance(offers, dict) and offers else None,
        keywords=read.keywords(keywords),
    )


def _seasons(answer: Json) -> tuple[SeasonDetails, ...]:
    found = each("season", items_of(answer.get("seasons")), _season)
    return tuple(season for season in found if season.episode_count > 0)


def _season(row: Json) -> SeasonDetails:
    of_show = number(row["seasonNumber"])
    return SeasonDetails(
        number=of_show,
        name=storable_title(str(row.get("name") or f"Season {of_show}")),
        episode_count=number(row.get("episodeCount") or 0),
        air_date=day(row.get("airDate")),
        poster_path=image_path(row.get("posterPath")),
    )

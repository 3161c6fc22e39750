"""What a title's page tells of it, as it is shown."""

from typing import Any

from medianest_common.contracts.media.descriptions import (
    CastMember,
    CrewMember,
    Episode,
    Ratings,
    Trailer,
    WhereToWatch,
)
from medianest_media.adapters.catalogue import EpisodeDetails, Offers, TitleDetails
from medianest_media.found import to_provider
from medianest_media.titles import photo_url, still_url


def description(details: TitleDetails) -> dict[str, Any]:
    """The fields of a `Title` that do not depend on what the household has."""
    return {
        "release_date": details.released,
        "cast": [
            CastMember(
                tmdb_id=one.person_id,
                name=one.name,
                character=one.character,
                photo_url=photo_url(one.photo_path),
            )
            for one in details.cast
        ],
        "crew": [
            CrewMember(tmdb_id=one.person_id, name=one.name, job=one.job, photo_url=photo_url(one.photo_path))
            for one in details.crew
        ],
        "trailers": [Trailer(youtube_key=one.youtube_key, name=one.name) for one in details.trailers],
        "ratings": Ratings(
            tmdb=details.vote_average, tmdb_votes=details.votes, certification=details.certification
        ),
        "where_to_watch": _where_to_watch(details.offers) if details.offers else None,
        "keywords": list(details.keywords),
        "imdb_id": details.imdb_id,
        "tvdb_id": details.tvdb_id,
    }


def to_episode(episode: EpisodeDetails) -> Episode:
    return Episode(
        number=episode.number,
        name=episode.name,
        overview=episode.overview,
        air_date=episode.air_date,
        runtime_minutes=episode.runtime_minutes,
        still_url=still_url(episode.still_path),
    )


def _where_to_watch(offers: Offers) -> WhereToWatch:
    return WhereToWatch(
        region=offers.region,
        link=offers.link,
        stream=[to_provider(one) for one in offers.stream],
        rent=[to_provider(one) for one in offers.rent],
        buy=[to_provider(one) for one in offers.buy],
    )

"""What a server has fetched for the library is not in the library before that says so."""

from collections.abc import Set

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters.catalogue import SeasonDetails, TitleDetails
from medianest_media.holdings import FILM, Holding, Part

_FETCHED = (Availability.AVAILABLE, Availability.PARTIALLY_AVAILABLE)


def without_downloaded(details: TitleDetails, holding: Holding, *, fulfilled: Set[Part]) -> TitleDetails:
    """`details` are of a backend that knows nothing of the media server.

    What it has and the library never had is on its way, unless a request for it has been `fulfilled`. What has left the
    library is for the library to say.
    """
    if details.media_type is MediaType.MOVIE:
        plain, in_4k = (
            _part(details.availability_in(is_4k=is_4k), here=here, known=(is_4k, FILM) in fulfilled)
            for is_4k, here in (
                (False, holding.there or holding.gone),
                (True, holding.has_4k or holding.gone),
            )
        )
        return details.model_copy(update={"availability": plain, "availability_4k": in_4k})
    seasons = tuple(_season(season, holding, fulfilled=fulfilled) for season in details.seasons)
    here = any(holding.seasons.values()) or holding.gone
    return details.model_copy(
        update={
            "seasons": seasons,
            "availability": _part(
                details.availability, here=here, known=any(not is_4k for is_4k, _ in fulfilled)
            ),
            "availability_4k": _part(
                details.availability_4k, here=here, known=any(is_4k for is_4k, _ in fulfilled)
            ),
        }
    )


def _season(season: SeasonDetails, holding: Holding, *, fulfilled: Set[Part]) -> SeasonDetails:
    here = holding.has_part_of(season.number) or holding.lacks(season.number)
    return season.model_copy(
        update={
            name: _part(told, here=here, known=(is_4k, season.number) in fulfilled)
            for name, told, is_4k in (
                ("availability", season.availability, False),
                ("availability_4k", season.availability_4k, True),
            )
        }
    )


def _part(told: Availability, *, here: bool, known: bool) -> Availability:
    return Availability.PROCESSING if told in _FETCHED and not here and not known else told

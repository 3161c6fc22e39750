"""What was found, as it is shown."""

from medianest_common.contracts.media import Availability, MediaType, PersonResult, SearchResult
from medianest_common.contracts.media.descriptions import Provider
from medianest_media.adapters.catalogue import FoundPerson, FoundTitle, ProviderDetails
from medianest_media.holdings import closer
from medianest_media.mapping import WHY_NOT
from medianest_media.titles import logo_url, photo_url, poster_url

_FINISHED = (Availability.AVAILABLE, Availability.BLOCKED)


def to_search_result(found: FoundTitle, *, asked: Availability) -> SearchResult:
    """`asked`: how far the requests of this household are. Which more seasons of a show can be had its page tells."""
    availability = closer(found.availability, asked)
    stops = _FINISHED if found.media_type is MediaType.TV else tuple(WHY_NOT)
    reason = WHY_NOT.get(availability) if availability in stops else None
    return SearchResult(
        media_type=found.media_type,
        tmdb_id=found.tmdb_id,
        title=found.title,
        year=found.year,
        overview=found.overview,
        poster_url=poster_url(found.poster_path),
        availability=availability,
        requestable=reason is None,
        reason=reason,
    )


def to_person_result(found: FoundPerson) -> PersonResult:
    return PersonResult(
        tmdb_id=found.person_id,
        title=found.name,
        department=found.department,
        known_for=list(found.known_for),
        poster_url=photo_url(found.photo_path),
        reason="People are not requested; look at what they were in.",
    )


def to_provider(provider: ProviderDetails) -> Provider:
    return Provider(id=provider.id, name=provider.name, logo_url=logo_url(provider.logo_path))

"""Reading what TMDB itself answers, in the spelling of its version 3."""

from typing import Any

from medianest_common.contracts.base import to_camel
from medianest_common.contracts.media import MediaType
from medianest_media.adapters import catalogue_answers as read
from medianest_media.adapters import catalogue_titles as titles
from medianest_media.adapters.catalogue import FoundPage, PersonDetails, TitleDetails
from medianest_media.adapters.lenient import as_list, each, fields_of, number

MOST_PAGES = 500
"""TMDB gives no page beyond, whatever it counts."""


def spelled(answer: Any) -> Any:
    """With keys as Overseerr passes them on: `poster_path` is `posterPath`."""
    if isinstance(answer, dict):
        return {key if "/" in key else to_camel(key): spelled(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [spelled(item) for item in answer]
    return answer


def found_page(answer: Any, *, page: int, media_type: MediaType | None = None) -> FoundPage:
    answer = spelled(answer)
    rows = [row for row in as_list(answer["results"]) if isinstance(row, dict)]
    if media_type is not None:
        rows = [{"mediaType": media_type.value, **row} for row in rows]
    rows = [row for row in rows if row.get("mediaType") in ("movie", "tv", "person")]
    found = tuple(each("title", rows, read.found))
    total_pages = min(number(answer.get("totalPages", 1)), MOST_PAGES)
    return FoundPage(found=found, page=page, total_pages=max(total_pages, page if found else 1))


def found_by_number(answer: Any, *, page: int) -> FoundPage:
    """One kind stands beside the other; there is never a second page."""
    rows = [*as_list(answer["movie_results"]), *as_list(answer["tv_results"])]
    return found_page({"results": rows if page == 1 else []}, page=page)


def title_details(answer: Any, media_type: MediaType, *, region: str) -> TitleDetails:
    answer = spelled(answer)
    is_film = media_type is MediaType.MOVIE
    words = fields_of(answer.get("keywords"))
    by_region = fields_of(fields_of(answer.get("watch/providers")).get("results"))
    return titles.title_details(
        answer,
        media_type,
        region=region,
        ratings=fields_of(answer.get("releaseDates" if is_film else "contentRatings")).get("results"),
        videos=fields_of(answer.get("videos")).get("results"),
        offers=by_region.get(region),
        keywords=words.get("keywords") or words.get("results"),
    )


def person(answer: Any) -> PersonDetails:
    answer = spelled(answer)
    return read.person(answer, fields_of(answer.get("combinedCredits")))

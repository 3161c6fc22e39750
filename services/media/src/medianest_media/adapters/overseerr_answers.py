"""Reading what Overseerr 1.33 and later, Jellyseerr and Seerr answer.

Their numbers do not contradict each other, so nothing here asks which of them is speaking. What is missing or odd in an
item costs that item and no more; an answer that is nonsense as a whole raises ValueError, LookupError or TypeError.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import Counter

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters.backend import (
    BackendRequest,
    BackendStatus,
    Rules,
)
from medianest_media.adapters.catalogue import FoundPage, FoundTitle, SeasonDetails, TitleDetails
from medianest_media.titles import image_path, storable, storable_title

log = structlog.get_logger()

SKIPPED = Counter(
    "medianest_media_backend_items_skipped", "Items of backend answers that could not be read.", ["what"]
)

type Json = dict[str, Any]

_REQUEST_STATUS = {
    1: BackendStatus.PENDING,
    2: BackendStatus.APPROVED,
    3: BackendStatus.DECLINED,
    4: BackendStatus.FAILED,
    5: BackendStatus.COMPLETED,
}
_AVAILABILITY = {
    1: Availability.NONE,
    2: Availability.REQUESTED,
    3: Availability.PROCESSING,
    4: Availability.PARTIALLY_AVAILABLE,
    5: Availability.AVAILABLE,
    6: Availability.BLOCKED,
    7: Availability.NONE,  # deleted: it may be asked for again
}
_MOST_PAGES = 500
_IMDB = re.compile(r"tt[0-9]{5,12}")


def found_page(answer: Json, *, page: int) -> FoundPage:
    """Films and shows of a search; people are left out."""
    items = [item for item in _list(answer["results"]) if _dict(item).get("mediaType") in ("movie", "tv")]
    total_pages = min(_number(answer.get("totalPages", 1)), _MOST_PAGES)
    titles = tuple(each("title", items, _found_title))
    return FoundPage(titles=titles, page=page, total_pages=max(total_pages, page if titles else 1))


def title_details(answer: Json, media_type: MediaType) -> TitleDetails:
    media = answer.get("mediaInfo") or {}
    ids = _dict(answer.get("externalIds") or {})
    minutes = answer.get("runtime") or next(iter(answer.get("episodeRunTime") or []), None)
    return TitleDetails(
        media_type=media_type,
        tmdb_id=_number(answer["id"]),
        title=_title_of(answer),
        original_title=storable_title(str(answer.get("originalTitle") or answer.get("originalName") or ""))
        or None,
        year=_year_of(answer),
        overview=storable(str(answer.get("overview") or "")),
        tagline=storable(str(answer.get("tagline") or "")) or None,
        genres=tuple(each("genre", answer.get("genres") or [], lambda genre: storable_title(genre["name"]))),
        runtime_minutes=minutes if isinstance(minutes, int) and minutes > 0 else None,
        poster_path=image_path(answer.get("posterPath")),
        backdrop_path=image_path(answer.get("backdropPath")),
        availability=_AVAILABILITY[media.get("status", 1)],
        availability_4k=_AVAILABILITY[media.get("status4k", 1)],
        seasons=tuple(_seasons(answer, media)) if media_type is MediaType.TV else (),
        requests=tuple(
            each("request", media.get("requests") or [], lambda row: backend_request(_with_media(row, media)))
        ),
        tvdb_id=_tvdb_id(ids.get("tvdbId")) if media_type is MediaType.TV else None,
        imdb_id=_imdb_id(ids.get("imdbId") or answer.get("imdbId")),
    )


def backend_request(row: Json) -> BackendRequest:
    media, is_4k = _dict(row["media"]), row.get("is4k") is True
    changed_at = media.get("updatedAt")
    return BackendRequest(
        id=_number(row["id"]),
        status=_REQUEST_STATUS[row["status"]],
        media_type=MediaType(row.get("type") or media["mediaType"]),
        tmdb_id=_number(media["tmdbId"]),
        is_4k=is_4k,
        user_id=(row.get("requestedBy") or {}).get("id"),
        seasons=tuple(sorted(_number(season["seasonNumber"]) for season in row.get("seasons") or [])),
        availability=_AVAILABILITY[media.get("status4k" if is_4k else "status", 1)],
        season_availability=season_availability(media, is_4k=is_4k),
        in_plex=bool(media.get("ratingKey4k" if is_4k else "ratingKey") or media.get("jellyfinMediaId")),
        media_changed_at=moment(changed_at) if changed_at else None,
    )


def season_availability(media: Json, *, is_4k: bool) -> dict[int, Availability]:
    key = "status4k" if is_4k else "status"
    return dict(
        each(
            "season",
            media.get("seasons") or [],
            lambda s: (_number(s["seasonNumber"]), _AVAILABILITY[s[key]]),
        )
    )


def modified(answer: Json) -> list[tuple[int, datetime]]:
    return list(
        each("request", _list(answer["results"]), lambda row: (_number(row["id"]), moment(row["updatedAt"])))
    )


def users_by_plex_id(rows: Any) -> dict[int, int]:
    plex_users = [row for row in _list(rows) if _dict(row).get("plexId")]
    return dict(each("user", plex_users, lambda row: (_number(row["plexId"]), _number(row["id"]))))


def rules(answer: Json) -> Rules:
    """Overseerr has no switch for specials and takes them."""
    return Rules(
        movie_4k=answer["movie4kEnabled"] is True,
        tv_4k=answer["series4kEnabled"] is True,
        partial_requests=answer.get("partialRequestsEnabled", True) is True,
        specials=answer.get("enableSpecialEpisodes", True) is True,
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _found_title(item: Json) -> FoundTitle:
    media = item.get("mediaInfo") or {}
    return FoundTitle(
        media_type=MediaType(item["mediaType"]),
        tmdb_id=_number(item["id"]),
        title=_title_of(item),
        year=_year_of(item),
        overview=storable(str(item.get("overview") or "")),
        poster_path=image_path(item.get("posterPath")),
        availability=_AVAILABILITY[media.get("status", 1)],
    )


def _seasons(answer: Json, media: Json) -> list[SeasonDetails]:
    here = {is_4k: season_availability(media, is_4k=is_4k) for is_4k in (False, True)}

    def season(row: Json) -> SeasonDetails:
        number = _number(row["seasonNumber"])
        return SeasonDetails(
            number=number,
            name=storable_title(str(row.get("name") or f"Season {number}")),
            episode_count=_number(row.get("episodeCount") or 0),
            availability=here[False].get(number, Availability.NONE),
            availability_4k=here[True].get(number, Availability.NONE),
        )

    return [found for found in each("season", answer.get("seasons") or [], season) if found.episode_count > 0]


def _tvdb_id(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 2**53 else None


def _imdb_id(value: Any) -> str | None:
    return value if isinstance(value, str) and _IMDB.fullmatch(value) else None


def _with_media(row: Json, media: Json) -> Json:
    """Requests inside a title's own page may come without the title."""
    return row if row.get("media") else {**row, "media": media}


def _title_of(item: Json) -> str:
    title = storable_title(str(item.get("title") or item.get("name") or ""))
    if not title:
        raise ValueError("a title without a name")
    return title


def _year_of(item: Json) -> int | None:
    """Release dates are plain dates, at times empty; they are never moved through a time zone."""
    year = str(item.get("releaseDate") or item.get("firstAirDate") or "")[:4]
    return int(year) if year.isascii() and year.isdigit() and int(year) > 1800 else None


def each[T](what: str, items: Iterable[Any], read: Callable[[Json], T]) -> Iterable[T]:
    """Those that can be read; the others are counted."""
    for item in items:
        try:
            yield read(_dict(item))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            SKIPPED.labels(what).inc()
            log.info("backend_item_skipped", what=what, error=type(error).__name__)


def _dict(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value <= 2**53:
        raise TypeError("not a number")
    return value

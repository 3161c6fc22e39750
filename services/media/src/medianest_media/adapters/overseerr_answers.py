"""Reading what Overseerr 1.33 and later, Jellyseerr and Seerr answer.

Their numbers do not contradict each other, so nothing here asks which of them is speaking. What is missing or odd in an
item costs that item and no more; an answer that is nonsense as a whole raises ValueError, LookupError or TypeError.
"""

from datetime import UTC, datetime
from typing import Any

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters import catalogue_answers, catalogue_titles
from medianest_media.adapters.backend import (
    BackendRequest,
    BackendStatus,
    Rules,
    Standing,
)
from medianest_media.adapters.catalogue import FoundPage, FoundPerson, FoundTitle, TitleDetails
from medianest_media.adapters.lenient import Json, as_dict, as_list, each, fields_of, number

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


def found_page(answer: Json, *, page: int, media_type: MediaType | None = None) -> FoundPage:
    """Lists of films alone or shows alone may leave out which of them they are."""
    rows = [as_dict(item) for item in as_list(answer["results"])]
    if media_type is not None:
        rows = [{"mediaType": media_type.value, **row} for row in rows]
    rows = [row for row in rows if row.get("mediaType") in ("movie", "tv", "person")]
    total_pages = min(number(answer.get("totalPages", 1)), _MOST_PAGES)
    found = tuple(each("title", rows, _found))
    return FoundPage(found=found, page=page, total_pages=max(total_pages, page if found else 1))


def total_results(answer: Json) -> int:
    total = answer.get("totalResults")
    return number(total) if total is not None else len(as_list(answer["results"]))


def title_details(answer: Json, media_type: MediaType, *, region: str = "") -> TitleDetails:
    media = answer.get("mediaInfo") or {}
    is_film = media_type is MediaType.MOVIE
    details = catalogue_titles.title_details(
        answer,
        media_type,
        region=region,
        ratings=fields_of(answer.get("releases" if is_film else "contentRatings")).get("results"),
        videos=answer.get("relatedVideos"),
        offers=catalogue_answers.of_region(answer.get("watchProviders"), region),
        keywords=answer.get("keywords"),
    )
    requests = each(
        "request", media.get("requests") or [], lambda row: backend_request(_with_media(row, media))
    )
    standing = Standing(
        availability=_availability(media.get("status", 1)),
        availability_4k=_availability(media.get("status4k", 1)),
        seasons=season_availability(media, is_4k=False),
        seasons_4k=season_availability(media, is_4k=True),
        requests=tuple(requests),
    )
    return details.with_standing(standing)


def backend_request(row: Json) -> BackendRequest:
    media, is_4k = as_dict(row["media"]), row.get("is4k") is True
    changed_at = media.get("updatedAt")
    return BackendRequest(
        id=number(row["id"]),
        status=_REQUEST_STATUS[row["status"]],
        media_type=MediaType(row.get("type") or media["mediaType"]),
        tmdb_id=number(media["tmdbId"]),
        is_4k=is_4k,
        user_id=(row.get("requestedBy") or {}).get("id"),
        seasons=tuple(sorted(number(season["seasonNumber"]) for season in row.get("seasons") or [])),
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
            lambda s: (number(s["seasonNumber"]), _AVAILABILITY[s[key]]),
        )
    )


def modified(answer: Json) -> list[tuple[int, datetime]]:
    return list(
        each("request", as_list(answer["results"]), lambda row: (number(row["id"]), moment(row["updatedAt"])))
    )


def account(answer: Any) -> int:
    """Whose the key is."""
    return number(as_dict(answer)["id"])


def users_by_plex_id(rows: Any) -> dict[int, int]:
    plex_users = [row for row in as_list(rows) if as_dict(row).get("plexId")]
    return dict(each("user", plex_users, lambda row: (number(row["plexId"]), number(row["id"]))))


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


def _found(item: Json) -> FoundTitle | FoundPerson:
    if item["mediaType"] == "person":
        return catalogue_answers.found_person(item)
    status = fields_of(item.get("mediaInfo")).get("status", 1)
    return catalogue_answers.found_title(item, _availability(status))


def _availability(status: Any) -> Availability:
    """A number that a newer server may bring says nothing yet; the title is shown all the same."""
    if isinstance(status, bool) or not isinstance(status, int):
        raise TypeError("not a status")
    return _AVAILABILITY.get(status, Availability.NONE)


def _with_media(row: Json, media: Json) -> Json:
    """Requests inside a title's own page may come without the title."""
    return row if row.get("media") else {**row, "media": media}

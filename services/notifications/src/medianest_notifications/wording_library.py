"""What people are told of what has come into a library."""

from collections.abc import Sequence
from typing import Any

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_notifications.models import Arrival
from medianest_notifications.rendering import TITLE_LENGTH, cut
from medianest_notifications.wording import Notice

_NAMED = 8
"""Titles in the message about many of them."""
_NAME_LENGTH = 60

type Came = tuple[Arrival, int]
"""What came, and how much of it was known before."""


def values_of_title(group: Sequence[Came]) -> dict[str, Any]:
    """Of one film, album or show; of a show all seasons of which something came."""
    arrival, known = group[0]
    values = _values(arrival) | {"title": cut(arrival.title, TITLE_LENGTH), "year": arrival.year}
    if arrival.item_type == "album":
        return values | {"item": "album", "by": arrival.by, "seasons": []}
    if arrival.item_type != "season":
        return values | {"item": "movie", "seasons": []}
    seasons = sorted(each.season for each, _ in group if each.season is not None)
    if len(group) > 1:
        item = "seasons" if all(before == 0 for _, before in group) else "episodes"
    else:
        item = "season" if known == 0 else "episodes"
    return values | {
        "item": item,
        "year": None,
        "season": seasons[0] if len(group) == 1 else None,
        "seasons": seasons,
        "episodes": sum(each.known - before for each, before in group),
        "total": sum(each.known for each, _ in group),
    }


def values_of_many(groups: Sequence[Sequence[Came]]) -> dict[str, Any]:
    titles = [_named(group) for group in groups[:_NAMED]]
    return _values(groups[0][0][0]) | {
        "item": "many",
        "title": None,
        "year": None,
        "seasons": [],
        "count": len(groups),
        "titles": titles,
        "more": len(groups) - len(titles),
        "tmdb_id": None,
        "subject": None,
    }


def about_arrivals(told: dict[str, Any]) -> Notice:
    values = {name: value for name, value in told.items() if name not in _APART}
    tmdb_id, is_film = told["tmdb_id"], told["item"] == "movie"
    media_type = MediaType.MOVIE if is_film else MediaType.TV
    is_media = told["item"] not in ("album", "many")
    is_title = tmdb_id is not None and is_media
    is_show = told["item"] in ("season", "seasons", "episodes")
    return Notice(
        type=NotificationType.LIBRARY_ADDED,
        link=f"/media/{media_type.value}/{tmdb_id}" if is_title else f"/library/{told['library_key']}",
        values=values,
        data={
            "item": told["item"],
            "title": told["title"],
            "year": told["year"],
            "mediaType": media_type.value if is_media else None,
            "tmdbId": tmdb_id,
            "seasons": told["seasons"],
            "episodes": told["episodes"],
            "libraryKey": told["library_key"],
            "count": told["count"],
        },
        urgency=Urgency.LOW,
        collapse_key=f"library:{told['subject']}" if is_show else None,
        about_title=(media_type, tmdb_id) if is_title else None,
    )


_APART = frozenset({"library_key", "tmdb_id", "subject"})
"""Not for the wording."""


def _values(arrival: Arrival) -> dict[str, Any]:
    return {
        "by": None,
        "season": None,
        "is_4k": False,
        "episodes": None,
        "total": None,
        "library": arrival.library_title,
        "count": 1,
        "titles": [],
        "more": 0,
        "library_key": arrival.library_key,
        "tmdb_id": arrival.tmdb_id,
        "subject": arrival.subject,
    }


def _named(group: Sequence[Came]) -> str:
    arrival = group[0][0]
    title = cut(arrival.title, _NAME_LENGTH)
    return f"{title} ({arrival.year})" if arrival.year and arrival.item_type == "movie" else title

"""Watchlists, as discover.provider.plex.tv has them: each account's own, opened by the account token alone.

The shape follows what public clients read of it; there is no recording.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .recorded import Document
from .tv_answers import Refused, caller_of, tv_of

_PROVIDER = "tv.plex.provider.discover"


@dataclass(eq=False, kw_only=True)
class WatchedTitle:
    rating_key: str
    type: Literal["movie", "show"]
    title: str
    year: int | None
    guids: list[str] = field(default_factory=list)
    """Such as `tmdb://603`."""


async def watchlist(request: Request) -> Response:
    """Newest first. `Guid` is in the list only where the household says so; a title's own page always has it."""
    tv, account = tv_of(request), caller_of(request)
    listed = list(reversed(account.watchlist))
    start, size = _number(request, "X-Plex-Container-Start", 0), _number(request, "X-Plex-Container-Size", 20)
    part = listed[start : start + min(size, 100)]
    container: Document = {
        "librarySectionID": "watchlist",
        "librarySectionTitle": "Watchlist",
        "offset": start,
        "totalSize": len(listed),
        "identifier": _PROVIDER,
        "size": len(part),
    }
    if part:
        container["Metadata"] = [_item(each, with_guids=tv.watchlists_have_guids) for each in part]
    body = json.dumps({"MediaContainer": container}, ensure_ascii=False).encode()
    etag = f'W/"{sha256(body).hexdigest()[:27]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, media_type="application/json", headers={"ETag": etag})


async def metadata(request: Request) -> Response:
    caller_of(request)
    for account in tv_of(request).accounts.all:
        for each in account.watchlist:
            if each.rating_key == request.path_params["key"]:
                container = {"offset": 0, "totalSize": 1, "identifier": _PROVIDER, "size": 1}
                found = container | {"Metadata": [_item(each, with_guids=True)]}
                return Response(json.dumps({"MediaContainer": found}), media_type="application/json")
    raise Refused(404)


async def remove(request: Request) -> Response:
    account = caller_of(request)
    key = request.query_params.get("ratingKey")
    if all(each.rating_key != key for each in account.watchlist):
        raise Refused(404)
    account.watchlist = [each for each in account.watchlist if each.rating_key != key]
    return Response(json.dumps({"MediaContainer": {"size": 0}}), media_type="application/json")


def _item(each: WatchedTitle, *, with_guids: bool) -> Document:
    found: Document = {
        "art": f"https://image.tmdb.org/t/p/original/{each.rating_key}.jpg",
        "guid": f"plex://{each.type}/{each.rating_key}",
        "key": f"/library/metadata/{each.rating_key}" + ("/children" if each.type == "show" else ""),
        "ratingKey": each.rating_key,
        "type": each.type,
        "title": each.title,
        "slug": each.rating_key,
        "userState": False,
    }
    if each.year is not None:
        found |= {"year": each.year, "originallyAvailableAt": f"{each.year}-01-01"}
    if with_guids:
        found["Guid"] = [{"id": guid} for guid in each.guids]
    return found


def _number(request: Request, name: str, default: int) -> int:
    value = request.query_params.get(name) or request.headers.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() else default


ROUTES = [
    Route("/library/sections/watchlist/all", watchlist, methods=["GET"]),
    Route("/library/metadata/{key}", metadata, methods=["GET"]),
    Route("/actions/removeFromWatchlist", remove, methods=["PUT"]),
]

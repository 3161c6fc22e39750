"""The library."""

from typing import Annotated

from fastapi import Path, Query, Response

from medianest_common.contracts import plex
from medianest_common.web import Router, problems
from medianest_gateway.pictures import PICTURE, picture
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/plex", tags=["Plex"], responses=problems(401, 403, 422, 429, 502, 503, 504))

UPSTREAM_SECONDS = 6.0


@router.get("/server", response_model=plex.PlexServer)
async def get_plex_server(gateway: Gateway) -> Response:
    """Its name and version, and when it was last heard of. Answers while Plex is away."""
    return await passed_through(gateway.bus, plex.GetServer(), timeout=UPSTREAM_SECONDS)


@router.get("/libraries", response_model=plex.Libraries)
async def list_libraries(gateway: Gateway) -> Response:
    """Those that one may see."""
    return await passed_through(gateway.bus, plex.ListLibraries(), timeout=UPSTREAM_SECONDS)


@router.get("/recently-added", response_model=plex.LibraryItems, responses=problems(404))
async def list_recently_added(
    gateway: Gateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    library: Annotated[str | None, Query(max_length=18, pattern="^[0-9]+$")] = None,
) -> Response:
    """New episodes of a show are one row, which says how many they are."""
    message = plex.ListRecentlyAdded(limit=limit, library=library)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/search", response_model=plex.LibraryItems)
async def search_library(
    gateway: Gateway,
    query: Annotated[str, Query(min_length=1, max_length=500)],
    type: plex.ItemType | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """In our own index, the best first: titles, then people and shows that are named along, then what may be meant."""
    message = plex.SearchLibrary(query=query, type=type, limit=limit)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get(
    "/images/{key}",
    response_class=Response,
    responses={**PICTURE, **problems(404)},
)
async def get_image(
    gateway: Gateway,
    key: Annotated[str, Path(max_length=512)],
    w: Annotated[int, Query(ge=1, le=2000)] = 300,
    h: Annotated[int, Query(ge=1, le=2000)] = 450,
) -> Response:
    """The key names the image and its version, so a browser may keep it. While the image is missing or Plex away, a
    placeholder is shown, which is asked for again soon."""
    return await picture(gateway.bus, plex.GetImage(key=key, width=w, height=h))

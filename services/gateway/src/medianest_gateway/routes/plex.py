"""The library."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from medianest_common.contracts import plex
from medianest_common.web import problems
from medianest_gateway.routes.common import Gateway, passed_through

router = APIRouter(prefix="/plex", tags=["Plex"], responses=problems(401, 403, 422, 429, 502, 503, 504))

UPSTREAM_SECONDS = 6.0
_IMAGE_AGE = 30 * 86_400


@router.get("/server", response_model=plex.PlexServer)
async def get_server(gateway: Gateway) -> Response:
    return await passed_through(gateway.bus, plex.GetServer(), timeout=UPSTREAM_SECONDS)


@router.get("/libraries", response_model=plex.Libraries)
async def list_libraries(gateway: Gateway) -> Response:
    return await passed_through(gateway.bus, plex.ListLibraries(), timeout=UPSTREAM_SECONDS)


@router.get("/recently-added", response_model=plex.LibraryItems)
async def list_recently_added(gateway: Gateway, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    return await passed_through(gateway.bus, plex.ListRecentlyAdded(limit=limit), timeout=UPSTREAM_SECONDS)


@router.get("/search", response_model=plex.LibraryItems)
async def search_library(
    gateway: Gateway,
    query: Annotated[str, Query(min_length=1, max_length=500)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    return await passed_through(
        gateway.bus, plex.SearchLibrary(query=query, limit=limit), timeout=UPSTREAM_SECONDS
    )


@router.get(
    "/images/{key}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The image"}, **problems(404)},
)
async def get_image(
    gateway: Gateway,
    key: Annotated[str, Path(max_length=512)],
    w: Annotated[int, Query(ge=1, le=2000)] = 300,
    h: Annotated[int, Query(ge=1, le=2000)] = 450,
) -> Response:
    """The key names the image and its version, so a browser may keep it."""
    message = plex.GetImage(key=key, width=w, height=h)
    body, content_type = await gateway.bus.call_bytes(message, timeout=UPSTREAM_SECONDS)
    headers = {"Cache-Control": f"private, max-age={_IMAGE_AGE}, immutable"}
    return Response(body, media_type=content_type, headers=headers)

"""What anybody may know of how things are: published pages, their feeds, and badges."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from medianest_common.contracts.health import pages
from medianest_common.web import Router, problems
from medianest_gateway.app import GatewayApp
from medianest_gateway.badges import draw
from medianest_gateway.feeds import atom, rss
from medianest_gateway.routes.common import JSON, PUBLIC, Gateway

router = Router(tags=["Services"], responses=problems(404, 422, 429, 503, 504))

_SECONDS_KEPT = 30
_KEPT = {"Cache-Control": f"public, max-age={_SECONDS_KEPT}"}
_ATOM, _RSS = "application/atom+xml", "application/rss+xml"

Slug = Annotated[str, Path(min_length=1, max_length=60)]
Label = Annotated[str | None, Query(max_length=60)]


@router.get("/status/{slug}", response_model=pages.PublicPage, openapi_extra=PUBLIC)
async def get_public_status(gateway: Gateway, slug: Slug) -> Response:
    """404 also for a page that is not published. Says nothing of why something is not well, or where it is."""
    body = await gateway.bus.call_raw(pages.ReadPublicPage(slug=slug))
    return Response(body, media_type=JSON, headers=_KEPT)


@router.get(
    "/status/{slug}/feed.atom",
    response_class=Response,
    responses={200: {"content": {_ATOM: {}}, "description": "The feed"}},
    openapi_extra=PUBLIC,
)
async def get_status_as_atom(gateway: Gateway, slug: Slug) -> Response:
    """One entry for each incident and each maintenance, which changes as it goes on."""
    page = await gateway.bus.call(pages.ReadPublicPage(slug=slug))
    return Response(atom(page, _address(gateway, slug)), media_type=_ATOM, headers=_KEPT)


@router.get(
    "/status/{slug}/feed.rss",
    response_class=Response,
    responses={200: {"content": {_RSS: {}}, "description": "The feed"}},
    openapi_extra=PUBLIC,
)
async def get_status_as_rss(gateway: Gateway, slug: Slug) -> Response:
    """The same as RSS 2.0."""
    page = await gateway.bus.call(pages.ReadPublicPage(slug=slug))
    return Response(rss(page, _address(gateway, slug)), media_type=_RSS, headers=_KEPT)


@router.get(
    "/services/{id:uuid}/badge.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The badge"}},
    openapi_extra=PUBLIC,
)
async def get_monitor_badge(
    gateway: Gateway,
    id: UUID,
    type: pages.BadgeType = pages.BadgeType.STATUS,
    window: pages.Window = "30d",
    label: Label = None,
) -> Response:
    """Of what stands on a published page for everybody, and of what they may see for those who are signed in."""
    facts = await gateway.bus.call(pages.ReadBadge(id=id, type=type, window=window))
    headers = {"Cache-Control": f"private, max-age={_SECONDS_KEPT}"}
    if facts.published:
        headers = {**_KEPT, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(draw(facts, label=label), media_type="image/svg+xml", headers=headers)


def _address(gateway: GatewayApp, slug: str) -> str:
    return f"{gateway.settings.base_url.rstrip('/')}/api/v1/status/{slug}"

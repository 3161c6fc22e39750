"""Plex, Overseerr, Radarr and all the other systems that the portal works with: administrators set them here."""

import asyncio
from collections.abc import Mapping
from types import ModuleType
from typing import Annotated

from fastapi import Query, Response

from medianest_common.contracts.health import integrations as health
from medianest_common.contracts.integrations import (
    Integration,
    IntegrationBody,
    IntegrationKind,
    IntegrationList,
    Integrations,
    TrialReport,
    TryIntegrationBody,
)
from medianest_common.contracts.media import integrations as media
from medianest_common.contracts.notifications import integrations as notifications
from medianest_common.contracts.plex import integrations as plex
from medianest_common.errors import BadUpstream, NotFound, TimedOut, Unavailable
from medianest_common.web import Router, problems
from medianest_gateway.app import GatewayApp
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/services", tags=["Integrations"], responses=problems(401, 403, 422, 429, 503, 504)
)

LIST_SECONDS = 2.5
CHANGE_SECONDS = 5.0
TRY_SECONDS = 18.0

_OWNERS: Mapping[str, tuple[ModuleType, tuple[IntegrationKind, ...]]] = {
    "plex": (plex, (IntegrationKind.PLEX,)),
    "media": (
        media,
        (
            IntegrationKind.OVERSEERR,
            IntegrationKind.RADARR,
            IntegrationKind.RADARR_4K,
            IntegrationKind.SONARR,
            IntegrationKind.SONARR_4K,
            IntegrationKind.TMDB,
        ),
    ),
    "health": (
        health,
        (
            IntegrationKind.TAUTULLI,
            IntegrationKind.PROWLARR,
            IntegrationKind.JELLYFIN,
            IntegrationKind.SABNZBD,
            IntegrationKind.QBITTORRENT,
        ),
    ),
    "notifications": (notifications, (IntegrationKind.SMTP,)),
}
"""Each system belongs to the service that talks to it."""
_OWNER_OF = {kind: module for module, kinds in _OWNERS.values() for kind in kinds}


@router.get("", response_model=Integrations)
async def list_integrations(gateway: Gateway) -> Integrations:
    """All that there can be, set or not, and where each comes from. Of a secret only whether there is one.

    A service that does not answer stands in `unavailable`, and its systems are left out.
    """
    found = await asyncio.gather(*(_of(gateway, name) for name in _OWNERS))
    order = list(IntegrationKind)
    items = [item for listed in found if listed is not None for item in listed.items]
    return Integrations(
        items=sorted(items, key=lambda each: order.index(each.kind)),
        unavailable=[name for name, listed in zip(_OWNERS, found, strict=True) if listed is None],
    )


@router.put("/{kind}", response_model=Integration, responses=problems(404, 409))
async def change_integration(gateway: Gateway, kind: IntegrationKind, body: IntegrationBody) -> Response:
    """In force at once, everywhere and without a restart; what is under way ends with the server it began with.

    A secret that is left out is kept as long as scheme, host and port stay. 409 `INTEGRATION_OUTDATED` where `version`
    is not the present one. Whether it works is not asked here: `POST …/test` says so.
    """
    message = _owner(kind).ChangeIntegration(
        integration=kind,
        url=body.url,
        secret=body.secret,
        enabled=body.enabled,
        options=body.options,
        version=body.version,
    )
    return await passed_through(gateway.bus, message, timeout=CHANGE_SECONDS)


@router.delete("/{kind}", response_model=Integration, responses=problems(404, 409))
async def remove_integration(
    gateway: Gateway,
    kind: IntegrationKind,
    version: Annotated[
        int | None, Query(ge=0, description="Refused where this is not the present one")
    ] = None,
) -> Response:
    """What was set here is forgotten, and what the variables of the installation say counts again, if they do."""
    message = _owner(kind).RemoveIntegration(integration=kind, version=version)
    return await passed_through(gateway.bus, message, timeout=CHANGE_SECONDS)


@router.post("/{kind}/test", response_model=TrialReport, responses=problems(404))
async def try_integration(gateway: Gateway, kind: IntegrationKind, body: TryIntegrationBody) -> Response:
    """One look at it with what is given, else with what is set: `message` says in words what is wrong."""
    message = _owner(kind).TryIntegration(
        integration=kind, url=body.url, secret=body.secret, options=body.options
    )
    return await passed_through(gateway.bus, message, timeout=TRY_SECONDS)


async def _of(gateway: GatewayApp, service: str) -> IntegrationList | None:
    module, _ = _OWNERS[service]
    try:
        listed: IntegrationList = await gateway.bus.call(module.ListIntegrations(), timeout=LIST_SECONDS)
    except (Unavailable, TimedOut, BadUpstream):
        return None
    return listed


def _owner(kind: IntegrationKind) -> ModuleType:
    if kind not in _OWNER_OF:
        raise NotFound("There is no such integration.")
    return _OWNER_OF[kind]

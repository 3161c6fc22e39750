"""What is chosen for what is asked for: the server, the quality, the folder."""

from fastapi import Response

from medianest_common.contracts import media
from medianest_common.contracts.media import defaults
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.media import UPSTREAM_SECONDS

router = Router(
    prefix="/media/defaults", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.get("", response_model=defaults.MediaDefaults)
async def get_defaults(gateway: Gateway) -> Response:
    """For films and shows, each also in 4K; with what the backend offers, and what of it is not offered any more."""
    return await passed_through(gateway.bus, defaults.GetDefaults(), timeout=UPSTREAM_SECONDS)


@router.put("/{media_type}", response_model=defaults.TypeDefaults)
async def set_defaults(
    gateway: Gateway, media_type: media.MediaType, body: defaults.DefaultsBody
) -> Response:
    """The whole of it; what is null is as the backend's own settings have it."""
    message = defaults.SetDefaults.model_validate(
        {**body.model_dump(by_alias=False), "media_type": media_type}
    )
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)

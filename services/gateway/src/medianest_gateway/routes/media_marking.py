"""Requests in a household where an administrator fetches things by hand."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.media import MediaRequest
from medianest_common.contracts.media.marking import MarkRequest, MarkRequestBody
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/media/requests", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.post("/{id:uuid}/mark", response_model=MediaRequest, responses=problems(404, 409))
async def mark_request(gateway: Gateway, id: UUID, body: MarkRequestBody) -> Response:
    """Says how far it is. 409 where Overseerr, Radarr or Sonarr fetches it and says so itself."""
    return await passed_through(gateway.bus, MarkRequest(id=id, **body.model_dump()))

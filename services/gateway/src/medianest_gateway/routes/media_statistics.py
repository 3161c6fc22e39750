"""Figures about requests."""

from fastapi import Response

from medianest_common.contracts.media import statistics
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/media", tags=["Media requests"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/stats", response_model=statistics.RequestStatistics)
async def get_statistics(gateway: Gateway, mine: bool = False) -> Response:
    """Everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, statistics.GetRequestStatistics(mine=mine))

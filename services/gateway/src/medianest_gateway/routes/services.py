"""How what is watched has been, for everybody who may see it."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.health.history import GetMonitorHistory, HistoryWindow, MonitorHistory
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/services", tags=["Services"], responses=problems(401, 403, 404, 422, 429, 503, 504))


@router.get("/{id:uuid}/history", response_model=MonitorHistory)
async def get_monitor_history(
    gateway: Gateway, id: UUID, window: HistoryWindow = HistoryWindow.DAY
) -> Response:
    """Bars of five minutes, an hour, six hours or a day, with percentiles, and the window as a whole."""
    return await passed_through(gateway.bus, GetMonitorHistory(id=id, window=window))

"""Figures about requests."""

from medianest_common.bus import Raw
from medianest_common.contracts.media import statistics
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.count_requests_by_day import count_requests_by_day
from medianest_media.use_cases.get_statistics import get_statistics


@handlers.rpc
async def on_get_statistics(query: statistics.GetRequestStatistics, app: MediaApp) -> Raw:
    return await get_statistics(app, query)


@handlers.rpc
async def on_count_by_day(query: statistics.CountRequestsByDay, app: MediaApp) -> statistics.RequestDays:
    return await count_requests_by_day(app, query)

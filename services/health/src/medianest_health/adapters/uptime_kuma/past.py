"""What its monitors were like, day by day."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from medianest_common.errors import TimedOut
from medianest_health.adapters.uptime_kuma.connection import KumaConnection
from medianest_health.adapters.uptime_kuma.household import KumaDay, understood

_DAYS = 91
_PATIENCE_SECONDS = 20.0
_FIRST_VERSION = "Version 1 keeps no history that can be taken over."
_TOO_LONG = "Not all of the history was told in time. Once more takes over the rest."


async def read_past(
    connection: KumaConnection, monitors: Sequence[int], *, version: Any
) -> tuple[Mapping[int, Sequence[KumaDay]], list[str]]:
    """The days of each, and what is to be said about those that are missing."""
    found: dict[int, Sequence[KumaDay]] = {}
    if isinstance(version, str) and version.startswith("1."):
        return found, [_FIRST_VERSION]
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for monitor in monitors:
                reply = await connection.ask("getMonitorChartData", monitor, _DAYS * 24)
                days = reply.get("data") if reply.get("ok") else None
                found[monitor], _ = understood(KumaDay, days[:_DAYS] if isinstance(days, list) else [])
    except (TimeoutError, TimedOut):
        return found, [_TOO_LONG]
    return found, []

from medianest_common.bus import require_caller
from medianest_common.contracts.health.history import GetMonitorHistory, MonitorHistory
from medianest_health.app import HealthApp
from medianest_health.bars import SCALES, bars_of, first_bar, total_of
from medianest_health.errors import MonitorNotFound
from medianest_health.repository import one_on_board
from medianest_health.repository.rollups import bars


async def get_monitor_history(app: HealthApp, query: GetMonitorHistory) -> MonitorHistory:
    """Costs the same however long it was watched. Raises `MonitorNotFound` also for what the caller may not see."""
    caller, now, scale = require_caller(), app.clock.now(), SCALES[query.window]
    async with app.db.read() as connection:
        if await one_on_board(connection, query.id, for_admin=caller.is_admin) is None:
            raise MonitorNotFound()
        first = first_bar(scale, now=now)
        rollups = await bars(connection, query.id, width=scale.source, since=first)
    total, uptime = total_of(rollups, scale, now=now)
    return MonitorHistory(
        monitor_id=query.id,
        window=query.window,
        since=now - scale.window,
        until=now,
        bar_seconds=scale.bar,
        bars=list(bars_of(rollups, scale, now=now)),
        total=total,
        uptime=uptime,
    )

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.health import ListMonitors, MonitorStatus
from medianest_health.app import HealthApp
from medianest_health.mapping import as_status
from medianest_health.repository import board


async def list_monitors(app: HealthApp, _: ListMonitors) -> Page[MonitorStatus]:
    """Those the caller may see, in their fixed order, on one page."""
    caller = require_caller()
    async with app.db.read() as connection:
        rows = await board(connection, for_admin=caller.is_admin)
    now = app.clock.now()
    return Page(items=[as_status(row, now=now) for row in rows], total=len(rows))

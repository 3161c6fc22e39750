from medianest_common.bus import require_caller
from medianest_common.contracts.health import MonitorStatus
from medianest_common.contracts.health.managing import GetMonitor
from medianest_health.app import HealthApp
from medianest_health.errors import MonitorNotFound
from medianest_health.mapping import as_status
from medianest_health.repository import one_on_board


async def get_monitor(app: HealthApp, query: GetMonitor) -> MonitorStatus:
    """Raises `MonitorNotFound` also for what is not for the caller's eyes."""
    caller = require_caller()
    async with app.db.read() as connection:
        row = await one_on_board(connection, query.id, for_admin=caller.is_admin)
    if row is None:
        raise MonitorNotFound()
    return as_status(row, now=app.clock.now())

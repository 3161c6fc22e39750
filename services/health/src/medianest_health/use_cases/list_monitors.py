from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.health import ListMonitors, MonitorStatus
from medianest_health.app import HealthApp
from medianest_health.fitting import fitting
from medianest_health.mapping import as_status
from medianest_health.repository import board

_SHORT = 100


async def list_monitors(app: HealthApp, _: ListMonitors) -> Page[MonitorStatus]:
    """Those the caller may see, in their fixed order, on one page."""
    caller = require_caller()
    async with app.db.read() as connection:
        rows = await board(connection, for_admin=caller.is_admin)
    now = app.clock.now()
    items = [as_status(row, now=now) for row in rows]
    if (fit := fitting(items)) < len(items):
        # Hundreds that fail at once, each with much to say: all of them matter more than every word.
        items = [_in_short(item) for item in items]
        fit = fitting(items)
    return Page(items=items[:fit], total=len(rows))


def _in_short(status: MonitorStatus) -> MonitorStatus:
    message = status.message
    if message is None or len(message) <= _SHORT:
        return status
    return status.model_copy(update={"message": message[: _SHORT - 1] + "…"})

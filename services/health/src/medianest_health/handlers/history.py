from medianest_common.contracts.health.history import GetMonitorHistory, MonitorHistory
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.get_monitor_history import get_monitor_history


@handlers.rpc
async def monitor_history(query: GetMonitorHistory, app: HealthApp) -> MonitorHistory:
    return await get_monitor_history(app, query)

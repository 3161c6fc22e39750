from medianest_common.contracts.base import Page
from medianest_common.contracts.health import ListMonitors, MonitorStatus, ReadMonitorStates
from medianest_common.contracts.live import LiveStates
from medianest_health import jobs
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.list_monitors import list_monitors
from medianest_health.use_cases.roll_up import roll_up
from medianest_health.use_cases.tell_monitors import read_monitor_states


@handlers.rpc
async def monitors(query: ListMonitors, app: HealthApp) -> Page[MonitorStatus]:
    return await list_monitors(app, query)


@handlers.rpc
async def monitor_states(query: ReadMonitorStates, app: HealthApp) -> LiveStates:
    return await read_monitor_states(app)


@handlers.every(jobs.ROLL_UP_SECONDS)
async def roll_up_results(app: HealthApp) -> None:
    await roll_up(app)


@handlers.every(jobs.PRUNE_SECONDS)
async def prune(app: HealthApp) -> None:
    await jobs.prune(app)

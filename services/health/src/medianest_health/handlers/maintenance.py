from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.health import maintenance
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.maintenance import (
    change_maintenance,
    delete_maintenance,
    end_maintenance,
    get_maintenance,
    list_maintenances,
    plan_maintenance,
)


@handlers.rpc
async def on_list_maintenances(
    query: maintenance.ListMaintenances, app: HealthApp
) -> Page[maintenance.Maintenance]:
    return await list_maintenances(app, query)


@handlers.rpc
async def on_get_maintenance(query: maintenance.GetMaintenance, app: HealthApp) -> maintenance.Maintenance:
    return await get_maintenance(app, query)


@handlers.rpc
async def on_plan_maintenance(
    command: maintenance.PlanMaintenance, app: HealthApp
) -> maintenance.Maintenance:
    return await plan_maintenance(app, command)


@handlers.rpc
async def on_change_maintenance(
    command: maintenance.ChangeMaintenance, app: HealthApp
) -> maintenance.Maintenance:
    return await change_maintenance(app, command)


@handlers.rpc
async def on_end_maintenance(command: maintenance.EndMaintenance, app: HealthApp) -> maintenance.Maintenance:
    return await end_maintenance(app, command)


@handlers.rpc
async def on_delete_maintenance(command: maintenance.DeleteMaintenance, app: HealthApp) -> Nothing:
    return await delete_maintenance(app, command)

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.health import MonitorStatus, carrying, groups, managing
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases import monitor_groups
from medianest_health.use_cases.change_many_monitors import change_many_monitors
from medianest_health.use_cases.change_monitor import change_monitor
from medianest_health.use_cases.check_monitor import check_monitor, try_monitor
from medianest_health.use_cases.create_monitor import create_monitor
from medianest_health.use_cases.delete_monitor import delete_monitor
from medianest_health.use_cases.export_monitors import export_monitors
from medianest_health.use_cases.get_managed import get_managed, list_managed
from medianest_health.use_cases.get_monitor import get_monitor
from medianest_health.use_cases.import_monitors import import_monitors
from medianest_health.use_cases.order_monitors import order_monitors
from medianest_health.use_cases.pause_monitor import pause_monitor
from medianest_health.use_cases.record_heartbeat import record_heartbeat
from medianest_health.use_cases.renew_push_token import renew_push_token


@handlers.rpc
async def on_get_monitor(query: managing.GetMonitor, app: HealthApp) -> MonitorStatus:
    return await get_monitor(app, query)


@handlers.rpc
async def on_list_managed(query: managing.ListManaged, app: HealthApp) -> Page[managing.Monitor]:
    return await list_managed(app, query)


@handlers.rpc
async def on_get_managed(query: managing.GetManaged, app: HealthApp) -> managing.Monitor:
    return await get_managed(app, query)


@handlers.rpc
async def on_create(command: managing.CreateMonitor, app: HealthApp) -> managing.MonitorMade:
    return await create_monitor(app, command)


@handlers.rpc
async def on_change(command: managing.ChangeMonitor, app: HealthApp) -> managing.Monitor:
    return await change_monitor(app, command)


@handlers.rpc
async def on_delete(command: managing.DeleteMonitor, app: HealthApp) -> Nothing:
    return await delete_monitor(app, command)


@handlers.rpc
async def on_pause(command: managing.PauseMonitor, app: HealthApp) -> managing.Monitor:
    return await pause_monitor(app, command)


@handlers.rpc
async def on_check(command: managing.CheckMonitor, app: HealthApp) -> managing.Checked:
    return await check_monitor(app, command)


@handlers.rpc
async def on_try(command: managing.TryMonitor, app: HealthApp) -> managing.CheckReport:
    return await try_monitor(app, command)


@handlers.rpc
async def on_renew_token(command: managing.RenewPushToken, app: HealthApp) -> managing.MonitorMade:
    return await renew_push_token(app, command)


@handlers.rpc
async def on_change_many(command: managing.ChangeManyMonitors, app: HealthApp) -> managing.BulkDone:
    return await change_many_monitors(app, command)


@handlers.rpc
async def on_order(command: managing.OrderMonitors, app: HealthApp) -> Nothing:
    return await order_monitors(app, command)


@handlers.rpc
async def on_list_groups(query: groups.ListGroups, app: HealthApp) -> groups.MonitorGroups:
    return await monitor_groups.list_groups(app, query)


@handlers.rpc
async def on_add_group(command: groups.AddGroup, app: HealthApp) -> groups.MonitorGroup:
    return await monitor_groups.add_group(app, command)


@handlers.rpc
async def on_rename_group(command: groups.RenameGroup, app: HealthApp) -> groups.MonitorGroup:
    return await monitor_groups.rename_group(app, command)


@handlers.rpc
async def on_remove_group(command: groups.RemoveGroup, app: HealthApp) -> Nothing:
    return await monitor_groups.remove_group(app, command)


@handlers.rpc
async def on_order_groups(command: groups.OrderGroups, app: HealthApp) -> groups.MonitorGroups:
    return await monitor_groups.order_groups(app, command)


@handlers.rpc
async def on_heartbeat(command: managing.RecordHeartbeat, app: HealthApp) -> Nothing:
    return await record_heartbeat(app, command)


@handlers.rpc
async def on_export(query: carrying.ExportMonitors, app: HealthApp) -> carrying.Exported:
    return await export_monitors(app, query)


@handlers.rpc
async def on_import(command: carrying.ImportMonitors, app: HealthApp) -> carrying.CarriedOver:
    return await import_monitors(app, command)

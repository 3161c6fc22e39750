from collections.abc import Collection

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import DeleteMonitor, Origin
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import decided
from medianest_health.errors import MonitorIsAutomatic, MonitorNotFound
from medianest_health.managed import made_by
from medianest_health.models import Monitor
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.use_cases.end_unwatched import end_unwatched
from medianest_health.use_cases.tell_monitors import show_anew


async def delete_monitor(app: HealthApp, command: DeleteMonitor) -> Nothing:
    """With its history. Raises `MonitorIsAutomatic` for what would come back by itself."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        monitor = await monitors.get(command.id)
        if monitor is None:
            raise MonitorNotFound()
        demand_deletable([monitor])
        await end_unwatched(tx, now=app.clock.now(), leaving=[monitor.id])
        await monitors.remove([monitor.id])
        decided(tx, MonitorDecision.DELETE, command.id)
        tx.after_commit(lambda: show_anew(app))
    return Nothing()


def demand_deletable(monitors: Collection[Monitor]) -> None:
    for monitor in monitors:
        if monitor.origin == Origin.AUTOMATIC and monitor.enabled:
            setting = made_by(monitor.key)
            remedy = "It is a part of the installation: pause or hide it."
            if setting:
                remedy = f"Take {setting} out of the settings, or that system off the portal's services; or hide it."
            raise MonitorIsAutomatic(remedy, madeBy=setting)

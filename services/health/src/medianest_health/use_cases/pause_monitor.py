from medianest_common.bus import require
from medianest_common.contracts.health import managing
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import PauseMonitor
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import decided
from medianest_health.errors import MonitorNotFound
from medianest_health.repository import Standings
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.use_cases.change_monitor import touch
from medianest_health.use_cases.get_managed import read_managed
from medianest_health.use_cases.tell_monitors import show_anew


async def pause_monitor(app: HealthApp, command: PauseMonitor) -> managing.Monitor:
    """Nobody looks at it until it is resumed; the time between counts neither way. Twice is once."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        monitor = await monitors.get(command.id, lock=True)
        if monitor is None:
            raise MonitorNotFound()
        if monitor.paused != command.paused:
            monitor.paused = command.paused
            touch(app, monitor)
            decided(tx, MonitorDecision.PAUSE if command.paused else MonitorDecision.RESUME, monitor.id)
            await tx.session.flush()
            if not command.paused:
                now = app.clock.now()
                await Schedules(tx.session).look_now([monitor.id], now=now)
                await Standings(tx.session).begin_anew([monitor.id], now=now)
            tx.after_commit(lambda: show_anew(app))
        return await read_managed(app, tx.session, monitor.id)

from medianest_common.bus import require
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import MonitorMade, RenewPushToken
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import decided
from medianest_health.errors import MonitorNotFound, NotPushMonitor
from medianest_health.push_tokens import new_push_token
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.use_cases.change_monitor import touch
from medianest_health.use_cases.create_monitor import told
from medianest_health.use_cases.get_managed import read_managed


async def renew_push_token(app: HealthApp, command: RenewPushToken) -> MonitorMade:
    require(Permission.MANAGE_MONITORS)
    push = new_push_token()
    async with app.db.transaction() as tx:
        monitor = await ManagedMonitors(tx.session).get(command.id, lock=True)
        if monitor is None:
            raise MonitorNotFound()
        if monitor.kind != "push":
            raise NotPushMonitor()
        monitor.push_token_hash = push.hash
        touch(app, monitor)
        decided(tx, MonitorDecision.RENEW_TOKEN, monitor.id)
        await tx.session.flush()
        shown = await read_managed(app, tx.session, monitor.id)
    return MonitorMade(monitor=shown, **told(push))

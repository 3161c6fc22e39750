from sqlalchemy import select

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.managing import OrderMonitors
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.errors import MonitorsChanged
from medianest_health.models import Monitor
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.use_cases.tell_monitors import show_anew


async def order_monitors(app: HealthApp, command: OrderMonitors) -> Nothing:
    """All that are watched in their new order, and among them any that are no more. Raises `MonitorsChanged` where
    these are not all."""
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        there = dict((await tx.session.execute(select(Monitor.id, Monitor.enabled))).tuples().all())
        told = set(command.ids)
        watched = {monitor_id for monitor_id, enabled in there.items() if enabled}
        if len(command.ids) != len(told) or not watched <= told <= there.keys():
            raise MonitorsChanged("Load the list again.")
        await monitors.put_in_order(command.ids)
        internals_decided(tx, InternalsDecision.MONITORS_ORDER, "monitors")
        tx.after_commit(lambda: show_anew(app))
    return Nothing()

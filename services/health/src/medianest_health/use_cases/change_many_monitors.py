from collections.abc import Sequence
from typing import assert_never

from medianest_common.bus import require
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import BulkAction, BulkDone, ChangeManyMonitors
from medianest_common.contracts.identity import Permission
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_health.app import HealthApp
from medianest_health.auditing import decided, visibility_decided
from medianest_health.deciding import demand_group
from medianest_health.models import Monitor
from medianest_health.repository import Standings
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.use_cases.change_monitor import touch
from medianest_health.use_cases.delete_monitor import demand_deletable
from medianest_health.use_cases.end_unwatched import end_unwatched
from medianest_health.use_cases.tell_monitors import show_anew


async def change_many_monitors(app: HealthApp, command: ChangeManyMonitors) -> BulkDone:
    """All of them or none."""
    require(Permission.MANAGE_MONITORS)
    wanted = set(command.ids)
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        await demand_group(Groups(tx.session), command.group_id)
        if command.action is BulkAction.DELETE:
            found = await monitors.list(Monitor.id.in_(wanted))
        else:
            found = await monitors.locked(wanted)
        if len(found) != len(wanted):
            raise Invalid(errors=[FieldError("ids", "One of these monitors does not exist.")])
        if command.action is BulkAction.DELETE:
            demand_deletable(found)
            await end_unwatched(tx, now=app.clock.now(), leaving=wanted)
            changed = await monitors.remove(wanted)
            decided(tx, MonitorDecision.DELETE, *sorted(wanted))
        else:
            others = [monitor for monitor in found if _change(monitor, command)]
            for monitor in others:
                touch(app, monitor)
            await tx.session.flush()
            if command.action is BulkAction.RESUME:
                await _look_again(tx, app, others)
            _note(tx, others, command)
            changed = len(others)
        if changed:
            tx.after_commit(lambda: show_anew(app))
    return BulkDone(changed=changed)


def _change(monitor: Monitor, command: ChangeManyMonitors) -> bool:
    """Whether it was otherwise before."""
    before = (monitor.visibility, monitor.paused, monitor.group_id)
    match command.action:
        case BulkAction.VISIBILITY:
            monitor.visibility = command.visibility or monitor.visibility
        case BulkAction.PAUSE | BulkAction.RESUME:
            monitor.paused = command.action is BulkAction.PAUSE
        case BulkAction.GROUP:
            monitor.group_id = command.group_id
        case BulkAction.DELETE:
            raise AssertionError(command.action)
        case _:
            assert_never(command.action)
    return before != (monitor.visibility, monitor.paused, monitor.group_id)


def _note(tx: Transaction, monitors: Sequence[Monitor], command: ChangeManyMonitors) -> None:
    ids = [monitor.id for monitor in monitors]
    if command.visibility is not None:
        visibility_decided(tx, command.visibility, ids)
    else:
        decided(tx, MonitorDecision(command.action.value), *ids)


async def _look_again(tx: Transaction, app: HealthApp, monitors: Sequence[Monitor]) -> None:
    ids, now = [monitor.id for monitor in monitors], app.clock.now()
    await Schedules(tx.session).look_now(ids, now=now)
    await Standings(tx.session).begin_anew(ids, now=now)

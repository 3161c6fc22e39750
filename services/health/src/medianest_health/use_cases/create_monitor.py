from typing import Any

from sqlalchemy import ColumnElement

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import MOST_MONITORS, CreateMonitor, MonitorMade, Origin
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import decided, visibility_decided
from medianest_health.deciding import bind, decide, demand_group, read_spec
from medianest_health.errors import TooManyMonitors
from medianest_health.models import Monitor
from medianest_health.push_tokens import PUSH_PATH, PushToken, new_push_token
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import seal_secrets, stored
from medianest_health.targets import target_of
from medianest_health.use_cases.get_managed import read_managed
from medianest_health.use_cases.tell_monitors import show_anew

MADE_BY_PEOPLE: ColumnElement[bool] = Monitor.origin != Origin.AUTOMATIC.value


async def create_monitor(app: HealthApp, command: CreateMonitor) -> MonitorMade:
    """At the end of the list, and looked at right away."""
    require(Permission.MANAGE_MONITORS)
    spec = read_spec(app, command.spec)
    config, secrets = stored(spec)
    push = new_push_token() if spec.kind == "push" else None
    now, monitor_id = app.clock.now(), command.id or uuid7()
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        if command.id is not None and await monitors.get(command.id) is not None:
            return MonitorMade(monitor=await read_managed(app, tx.session, command.id))
        if await monitors.count(MADE_BY_PEOPLE) >= MOST_MONITORS:
            raise TooManyMonitors(f"Delete one of the {MOST_MONITORS} first.")
        await demand_group(Groups(tx.session), command.decisions.group_id)
        monitor = Monitor(
            id=monitor_id,
            key=f"manual:{monitor_id}",
            kind=spec.kind,
            target=target_of(spec),
            position=await monitors.last_position() + 1,
            enabled=True,
            origin=Origin.MANUAL.value,
            paused=command.paused,
            config=config,
            secrets_sealed=seal_secrets(app.cipher, monitor_id, secrets),
            push_token_hash=push.hash if push else None,
            renamed=True,
            version=1,
            created_at=now,
            updated_at=now,
        )
        decide(monitor, command.decisions)
        await monitors.add(monitor)
        await bind(monitors, monitor_id, command.decisions.depends_on)
        await Schedules(tx.session).look_now([monitor_id], now=now)
        decided(tx, MonitorDecision.CREATE, monitor_id)
        if command.decisions.visibility is Visibility.EVERYONE:
            visibility_decided(tx, monitor.visibility, [monitor_id])
        shown = await read_managed(app, tx.session, monitor_id)
        tx.after_commit(lambda: show_anew(app))
    return MonitorMade(monitor=shown, **told(push))


def told(push: PushToken | None) -> dict[str, Any]:
    if push is None:
        return {}
    return {"push_token": push.token, "push_path": PUSH_PATH + push.token}

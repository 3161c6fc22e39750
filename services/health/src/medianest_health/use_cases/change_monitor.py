from medianest_common.bus import require
from medianest_common.contracts.health import managing
from medianest_common.contracts.health.decided import MonitorDecision
from medianest_common.contracts.health.managing import ChangeMonitor, Origin, SpecValues
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.auditing import decided, visibility_decided
from medianest_health.deciding import bind, decide, demand_group, read_spec, with_kept_secrets
from medianest_health.errors import KindIsFixed, MonitorChanged, MonitorIsAutomatic, MonitorNotFound
from medianest_health.models import Monitor
from medianest_health.repository import Standings
from medianest_health.repository.managed import Groups, ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import SpecUnreadable, open_secrets, seal_secrets, spec_of, stored
from medianest_health.targets import target_of
from medianest_health.use_cases.get_managed import read_managed
from medianest_health.use_cases.tell_monitors import show_anew


async def change_monitor(app: HealthApp, command: ChangeMonitor) -> managing.Monitor:
    """The whole of it, but for what it looks at where that is left out, and for secrets that are left out in that.
    It is looked at right away."""
    require(Permission.MANAGE_MONITORS)
    now = app.clock.now()
    async with app.db.transaction() as tx:
        monitors = ManagedMonitors(tx.session)
        await monitors.alone()
        await demand_group(Groups(tx.session), command.decisions.group_id)
        monitor = await monitors.get(command.id, lock=True)
        if monitor is None:
            raise MonitorNotFound()
        if command.version not in (None, monitor.version):
            raise MonitorChanged("Read it again, then change it.")
        before = _looked_at(monitor)
        if command.spec is not None:
            _look_elsewhere(app, monitor, command.spec)
        monitor.renamed = monitor.renamed or monitor.name != command.decisions.name
        decided(tx, MonitorDecision.CHANGE, monitor.id)
        if monitor.visibility != command.decisions.visibility:
            visibility_decided(tx, command.decisions.visibility, [monitor.id])
        decide(monitor, command.decisions)
        touch(app, monitor)
        await tx.session.flush()
        await bind(monitors, monitor.id, command.decisions.depends_on)
        await Schedules(tx.session).look_now([monitor.id], now=now)
        if _looked_at(monitor) != before:
            await Standings(tx.session).begin_anew([monitor.id], now=now, elsewhere=True)
        shown = await read_managed(app, tx.session, monitor.id)
        tx.after_commit(lambda: show_anew(app))
    return shown


def _looked_at(monitor: Monitor) -> tuple[object, ...]:
    return monitor.kind, monitor.config, monitor.inverted


def touch(app: HealthApp, monitor: Monitor) -> None:
    """Probes that are open are opened anew, and whoever has read it before has to read it again."""
    monitor.version += 1
    monitor.updated_at = app.clock.now()


def _look_elsewhere(app: HealthApp, monitor: Monitor, given: SpecValues) -> None:
    if monitor.origin == Origin.AUTOMATIC:
        raise MonitorIsAutomatic("What it looks at is said by the settings of the installation.")
    kept: SpecValues = {}
    try:
        before = spec_of(monitor, cipher=app.cipher)
        secrets = open_secrets(app.cipher, monitor.id, monitor.secrets_sealed)
        kept = with_kept_secrets(read_spec(app, given), given=given, before=before, secrets=secrets)
    except SpecUnreadable:
        pass  # What cannot be read cannot be kept.
    spec = read_spec(app, given | kept)
    if (spec.kind == "push") != (monitor.kind == "push"):
        raise KindIsFixed("Make another monitor.")
    monitor.config, fresh = stored(spec)
    monitor.secrets_sealed = seal_secrets(app.cipher, monitor.id, fresh)
    monitor.kind, monitor.target = spec.kind, target_of(spec)

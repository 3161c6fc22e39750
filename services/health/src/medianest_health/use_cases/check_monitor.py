"""A look at a monitor because somebody wants to know now; and at one that there is not yet."""

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from medianest_common.bus import require
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.contracts.health.managing import (
    Checked,
    CheckMonitor,
    CheckReport,
    Origin,
    SpecValues,
    TryMonitor,
)
from medianest_common.contracts.identity import Permission
from medianest_common.errors import FieldError, Invalid
from medianest_health.adapters.kinds import open_probe
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.deciding import read_spec, with_kept_secrets
from medianest_health.errors import MonitorNotFound, MonitorPaused
from medianest_health.models import Monitor, Result
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import SpecUnreadable, open_secrets, spec_of

CHECK_SECONDS = 12.0
_LOOK_SECONDS = 0.2


async def check_monitor(app: HealthApp, command: CheckMonitor) -> Checked:
    """Whichever replica it is for looks, with the next that are due. What is found counts like any other check."""
    require(Permission.MANAGE_MONITORS)
    asked_at = app.clock.now()
    try:
        async with app.db.transaction() as tx:
            monitor = await ManagedMonitors(tx.session).get(command.id)
            if monitor is None or not monitor.enabled:
                raise MonitorNotFound()
            if monitor.paused:
                raise MonitorPaused("Resume it first.")
            await Schedules(tx.session).look_now([monitor.id], now=asked_at)
    except IntegrityError:
        raise MonitorNotFound() from None  # Deleted at this very moment.
    deadline = app.clock.monotonic() + min(CHECK_SECONDS, monitor.timeout_seconds + 3)
    while (report := await _found(app, command.id, since=asked_at)) is None:
        if app.clock.monotonic() > deadline:
            break
        await asyncio.sleep(_LOOK_SECONDS)
        async with app.db.transaction() as tx:
            await ManagedMonitors(tx.session).hurry(command.id, now=app.clock.now())
    return Checked(report=report)


async def try_monitor(app: HealthApp, command: TryMonitor) -> CheckReport:
    """Nothing is kept of it."""
    require(Permission.MANAGE_MONITORS)
    spec = read_spec(app, command.spec)
    if spec.kind == "push":
        raise Invalid(errors=[FieldError("spec.kind", "Nobody can be asked: it reports by itself.")])
    if command.id is not None:
        spec = read_spec(app, command.spec | await _kept(app, command.id, spec, command.spec))
    probe = open_probe(spec, name="It", seconds=command.timeout_seconds, ports=app.ports, afresh=True)
    try:
        async with asyncio.timeout(command.timeout_seconds + 2):
            finding = await probe()
    except TimeoutError:
        finding = Finding(MonitorState.DOWN, message="It did not answer in time.")
    finally:
        await probe.aclose()
    return CheckReport(
        status=finding.outcome,
        latency_ms=finding.latency_ms,
        message=finding.message,
        at=app.clock.now(),
    )


async def _found(app: HealthApp, monitor_id: UUID, *, since: datetime) -> CheckReport | None:
    """The moment of a check is when it was begun or ended, by the clock of whichever replica did it."""
    statement = (
        select(Result).where(Result.monitor_id == monitor_id, Result.at >= since).order_by(Result.at).limit(1)
    )
    async with app.db.read() as connection:
        row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return CheckReport(
        status=MonitorState(row["outcome"]),
        latency_ms=row["latency_ms"],
        message=row["message"],
        at=row["at"],
    )


async def _kept(app: HealthApp, monitor_id: UUID, spec: MonitorSpec, given: SpecValues) -> SpecValues:
    async with app.db.transaction() as tx:
        monitor: Monitor | None = await ManagedMonitors(tx.session).get(monitor_id)
    if monitor is None or monitor.origin == Origin.AUTOMATIC:
        raise MonitorNotFound()
    try:
        before = spec_of(monitor, cipher=app.cipher)
        secrets = open_secrets(app.cipher, monitor.id, monitor.secrets_sealed)
    except SpecUnreadable:
        return {}
    return with_kept_secrets(spec, given=given, before=before, secrets=secrets)

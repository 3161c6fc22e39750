"""Another watcher says that something is down, or up again. What is looked at from here as well is looked at now, and
what is found counts; of the rest it is believed, and has a monitor here that says so."""

from datetime import datetime
from uuid import UUID

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.kinds import PushSpec
from medianest_common.contracts.health.managing import MOST_MONITORS, Origin
from medianest_common.db import Transaction
from medianest_health.adapters.webhooks.heard import Turn
from medianest_health.app import HealthApp
from medianest_health.models import Monitor
from medianest_health.repository.imported import ImportedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import stored
from medianest_health.targets import target_of
from medianest_health.use_cases.create_monitor import MADE_BY_PEOPLE
from medianest_health.use_cases.tell_monitors import show_anew

log = structlog.get_logger()

_TOLD = "told"
"""How the references of those begin that are known from webhooks alone."""
_SPEC = PushSpec(kind="push", lasts=True)
_INTERVAL_SECONDS = 60
_TIMEOUT_SECONDS = 10.0


async def hear_of_turn(app: HealthApp, tx: Transaction, turn: Turn, *, at: datetime) -> None:
    monitors = ImportedMonitors(tx.session)
    schedules, now = Schedules(tx.session), app.clock.now()
    imported = await monitors.numbered(turn.number, name=turn.name) if turn.number else None
    if imported is not None and imported.kind != "push":
        await schedules.look_now([imported.id], now=now)
        return
    monitor_id = imported.id if imported else await _told_of(app, tx, monitors, turn, now=now)
    if monitor_id is not None:
        await schedules.hear(monitor_id, ok=turn.is_up, message=turn.message, latency_ms=None, at=at, now=now)


async def _told_of(
    app: HealthApp, tx: Transaction, monitors: ImportedMonitors, turn: Turn, *, now: datetime
) -> UUID | None:
    ref = f"{_TOLD}:{turn.ref}"
    known = await monitors.one(Monitor.external_ref == ref)
    if known is None:
        await monitors.alone()
        known = await monitors.one(Monitor.external_ref == ref)
    if known is not None:
        return known.id
    if await monitors.count(MADE_BY_PEOPLE) >= MOST_MONITORS:
        log.warning("told_monitor_not_made", most=MOST_MONITORS)
        return None
    monitor_id = uuid7()
    config, _ = stored(_SPEC)
    await monitors.add(
        Monitor(
            id=monitor_id,
            key=f"{_TOLD}:{monitor_id}",
            kind=_SPEC.kind,
            name=turn.name,
            target=target_of(_SPEC),
            visibility=Visibility.ADMINS.value,
            position=await monitors.last_position() + 1,
            enabled=True,
            created_at=now,
            updated_at=now,
            origin=Origin.IMPORTED.value,
            paused=False,
            config=config,
            external_ref=ref,
            interval_seconds=_INTERVAL_SECONDS,
            timeout_seconds=_TIMEOUT_SECONDS,
            # It was looked at often enough over there.
            failures=1,
            out_of=1,
            successes=1,
            inverted=False,
            renamed=True,
            version=1,
        )
    )
    log.info("told_monitor_made", monitor=f"{_TOLD}:{monitor_id}")
    tx.after_commit(lambda: show_anew(app))
    return monitor_id

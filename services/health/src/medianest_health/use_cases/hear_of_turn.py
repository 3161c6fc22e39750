"""Another watcher says that something is down, or up again. What is looked at from here as well is looked at now, and
what is found counts; of the rest it is believed, and has a monitor here that says so."""

from datetime import datetime

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.kinds import PushSpec
from medianest_common.contracts.health.managing import MOST_MONITORS, Origin
from medianest_common.db import Transaction
from medianest_health.adapters.webhooks.heard import Turn
from medianest_health.app import HealthApp
from medianest_health.models import Monitor
from medianest_health.repository.imported import TOLD, ImportedMonitors
from medianest_health.repository.schedules import Schedules
from medianest_health.repository.specs import stored
from medianest_health.targets import target_of
from medianest_health.use_cases.create_monitor import MADE_BY_PEOPLE
from medianest_health.use_cases.tell_monitors import show_anew

log = structlog.get_logger()

_SPEC = PushSpec(kind="push", lasts=True)
_INTERVAL_SECONDS = 60
_TIMEOUT_SECONDS = 10.0


async def hear_of_turn(app: HealthApp, tx: Transaction, turn: Turn, *, at: datetime) -> None:
    monitors, schedules, now = ImportedMonitors(tx.session), Schedules(tx.session), app.clock.now()
    imported = await monitors.numbered(turn.number, name=turn.name) if turn.number else None
    told = await _told_of(monitors, turn)
    if imported is None and told is None:
        await monitors.alone()
        told = await _told_of(monitors, turn) or await _made(monitors, turn, now=now)
        tx.after_commit(lambda: show_anew(app))
    if imported is not None and imported.kind != "push":
        await schedules.look_now([imported.id], now=now)
        imported = None
    # One that was told of before it was imported goes on saying what is told.
    for monitor in (imported, told):
        if monitor is not None:
            await schedules.hear(
                monitor.id,
                ok=turn.is_up,
                message=turn.message,
                latency_ms=None,
                at=at,
                now=now,
                overtakable=True,
            )


async def _told_of(monitors: ImportedMonitors, turn: Turn) -> Monitor | None:
    return await monitors.one(Monitor.external_ref == _ref(turn))


def _ref(turn: Turn) -> str:
    return f"{TOLD}:{turn.ref}"


async def _made(monitors: ImportedMonitors, turn: Turn, *, now: datetime) -> Monitor | None:
    if await monitors.count(MADE_BY_PEOPLE) >= MOST_MONITORS:
        log.warning("told_monitor_not_made", most=MOST_MONITORS)
        return None
    monitor_id = uuid7()
    config, _ = stored(_SPEC)
    log.info("told_monitor_made", monitor=f"{TOLD}:{monitor_id}")
    return await monitors.add(
        Monitor(
            id=monitor_id,
            key=f"{TOLD}:{monitor_id}",
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
            external_ref=_ref(turn),
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

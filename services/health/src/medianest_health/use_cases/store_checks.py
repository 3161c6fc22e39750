"""What was found is written down: single results, how everything stands now, and what is told of it, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_common.db import Transaction
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.checks import Check
from medianest_health.expiry import follow_certificate
from medianest_health.heartbeats import finding_of
from medianest_health.incidents import follow
from medianest_health.metrics import Seen
from medianest_health.models import Monitor, Schedule, Standing
from medianest_health.repository import History, Incidents, Standings
from medianest_health.repository.schedules import Next, Schedules
from medianest_health.rolling import COUNTED, Counted
from medianest_health.rules import rule_of
from medianest_health.scheduling import looked_at_every, next_due
from medianest_health.states import Judgement, judge, judgement_of
from medianest_health.surroundings import Surroundings
from medianest_health.uptime import FINE, start_of_bucket
from medianest_health.use_cases.tell_monitors import tell_monitors
from medianest_health.verdict import Rule

log = structlog.get_logger()

_SKEW = timedelta(minutes=1)
_LONGEST_MESSAGE = 500
_UP: dict[Counted, bool] = {"up": True, "down": False}


@dataclass(slots=True)
class Batch:
    """What one transaction writes."""

    standings: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    nexts: list[Next] = field(default_factory=list)
    changed: set[UUID] = field(default_factory=set)
    seen: dict[UUID, Seen] = field(default_factory=dict)


async def store_checks(app: HealthApp, checks: Sequence[Check], *, replica: str) -> Mapping[UUID, Seen]:
    """Returns those that were written down. Others were paused, removed or changed meanwhile, or somebody else looks
    at them by now, or what was found is older than what is known."""
    now = app.clock.now()
    await app.partitions.ensure(app.db, now=now, also=[check.at for check in checks])
    async with app.db.transaction() as tx:
        schedules = Schedules(tx.session)
        ours = await schedules.lock(replica, [check.claimed.id for check in checks])
        known = await _known(tx, ours)
        latest = await Incidents(tx.session).latest_of(ours)
        surroundings = await Surroundings.of(tx.session, ours, at=now)
        batch = Batch()
        for check in sorted(checks, key=lambda each: each.at):
            if check.claimed.id not in known:
                continue
            monitor, schedule, standing = known[check.claimed.id]
            if monitor.updated_at != check.claimed.updated_at and monitor.kind != "push":
                # What was found may be of where it looked before.
                batch.nexts.append(Next(monitor.id, now, check.hung))
                continue
            batch.nexts.append(_next(app, monitor, check, now=now))
            finding = check.finding
            if monitor.kind == "push":
                looked_at = standing.last_check_at if standing else None
                finding = finding_of(schedule, monitor, looked_at=looked_at, at=check.at)
            if finding is None or (standing and _is_older(check, standing, now=now)):
                continue
            before, rule = judgement_of(standing), rule_of(monitor)
            around = surroundings.around(monitor.id, before=before, at=check.at)
            after, finding = judge(before, finding, rule=rule, around=around, at=check.at)
            finding = replace(finding, message=_shown(finding.message))
            follow(
                tx,
                monitor,
                latest.get(monitor.id),
                rule=rule,
                before=before,
                after=after,
                at=check.at,
                reason=finding.message,
            )
            told = follow_certificate(
                tx, monitor, standing, finding, in_maintenance=around.in_maintenance, at=check.at
            )
            certificate = _certificate(finding, standing) | {"certificates_told": told}
            _add(
                batch,
                monitor,
                check,
                finding,
                certificate,
                rule=rule,
                after=after,
                standing=standing,
                now=now,
            )
        await History(tx.session).add_results(batch.results)
        await Standings(tx.session).put(sorted(batch.standings, key=itemgetter("monitor_id")))
        await schedules.done(replica, batch.nexts)
        tx.after_commit(partial(tell_monitors, app, batch.changed))
    return batch.seen


async def _known(
    tx: Transaction, monitors: set[UUID]
) -> Mapping[UUID, tuple[Monitor, Schedule, Standing | None]]:
    """Whoever holds the schedule of a monitor is the only one who writes how it stands."""
    statement = (
        select(Monitor, Schedule, Standing)
        .join(Schedule, Schedule.monitor_id == Monitor.id)
        .outerjoin(Standing, Standing.monitor_id == Monitor.id)
        .where(Monitor.id.in_(monitors))
    )
    rows = await tx.session.execute(statement)
    return {monitor.id: (monitor, schedule, standing) for monitor, schedule, standing in rows}


def _is_older(check: Check, standing: Standing, *, now: datetime) -> bool:
    """What lies ahead of us is no reason: a clock was set back."""
    return check.at <= standing.last_check_at <= now + _SKEW


def _next(app: HealthApp, monitor: Monitor, check: Check, *, now: datetime) -> Next:
    if check.finding is None and monitor.kind != "push":
        return Next(monitor.id, check.claimed.due_at, check.hung)
    every = looked_at_every(monitor.kind, monitor.interval_seconds)
    jitter = timedelta(seconds=app.uniform(0.0, app.settings.health_jitter_seconds))
    # Of several moments that have passed meanwhile none is made up for.
    after = max(check.claimed.due_at, now - every / 2) if check.claimed.due_at < now + every else now
    return Next(monitor.id, next_due(monitor.id, interval=every, after=after, jitter=jitter), check.hung)


def _add(
    batch: Batch,
    monitor: Monitor,
    check: Check,
    finding: Finding,
    certificate: dict[str, Any],
    *,
    rule: Rule,
    after: Judgement,
    standing: Standing | None,
    now: datetime,
) -> None:
    message = finding.message
    holds = rule.hold.total_seconds()
    batch.results.append(
        {
            "monitor_id": monitor.id,
            "at": check.at,
            "outcome": finding.outcome.value,
            "latency_ms": finding.latency_ms,
            "message": message,
            "counted": COUNTED.get(after.counts_as),
            "holds_seconds": holds,
        }
    )
    batch.standings.append(
        {
            "monitor_id": monitor.id,
            **after.values(),
            "latency_ms": finding.latency_ms,
            "message": message,
            **certificate,
            "holds_seconds": holds,
            "rolled_until": _rolled_until(standing, check.at, now=now),
        }
    )
    batch.seen[monitor.id] = Seen(
        monitor.name,
        monitor.kind,
        up=_UP.get(COUNTED.get(after.verdict.state)),
        latency_ms=finding.latency_ms,
        certificate_expires_at=certificate["certificate_expires_at"],
    )
    shown = (after.state, message, after.blocked_by, after.maintenance_until)
    if standing is None or _is_shown(standing) != shown:
        batch.changed.add(monitor.id)
    if standing is None or standing.state != after.state:
        log.info("monitor_changed", monitor=monitor.key, became=after.state, message=message)


def _is_shown(standing: Standing) -> tuple[object, ...]:
    return standing.state, standing.message, standing.blocked_by, standing.maintenance_until


def _certificate(finding: Finding, standing: Standing | None) -> dict[str, Any]:
    """What was known stays known while nothing shows one."""
    seen = finding.certificate
    if seen:
        return {"certificate_expires_at": seen.expires_at, "certificate_fingerprint": seen.fingerprint}
    names = ("certificate_expires_at", "certificate_fingerprint")
    return {name: getattr(standing, name, None) for name in names}


def _shown(message: str | None) -> str | None:
    return message.replace("\x00", "")[:_LONGEST_MESSAGE] if message else None


def _rolled_until(standing: Standing | None, at: datetime, *, now: datetime) -> datetime:
    """What comes late is rolled up again, as is what follows a clock that was ahead. The microsecond tells one that
    runs just now that it misses something."""
    if standing is None:
        return start_of_bucket(at, FINE)
    if now - at > _SKEW or standing.rolled_until > now + _SKEW:
        return min(standing.rolled_until, at) - timedelta(microseconds=1)
    return standing.rolled_until

import asyncio
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.catalogue import Watched
from medianest_health.incidents import Incidents, follow
from medianest_health.models import Standing
from medianest_health.repository import History, Monitors, Standings
from medianest_health.uptime import Measured, measured
from medianest_health.use_cases.tell_monitors import tell_monitors
from medianest_health.verdict import Verdict, decide

log = structlog.get_logger()


class Check(NamedTuple):
    watched: Watched
    at: datetime
    finding: Finding


async def run_round(app: HealthApp) -> None:
    """Look at everything once and write down how it stands."""
    checks = await asyncio.gather(*(_check(app, watched) for watched in app.watched))
    async with app.db.transaction() as tx:
        await app.partitions.ensure(tx.session, now=app.clock.now())
        ids = await Monitors(tx.session).match(app.watched, now=app.clock.now())
        standings = Standings(tx.session)
        present = await standings.of(ids.values())
        open_ones = await Incidents(tx.session).open_ones(now=app.clock.now())
        rows: list[dict[str, Any]] = []
        parts: list[tuple[UUID, Measured]] = []
        results: list[dict[str, Any]] = []
        changed: set[UUID] = set()
        for check in checks:
            monitor_id = ids[check.watched.key]
            standing = present.get(monitor_id)
            before = _verdict_of(standing)
            if before and check.at <= before.last_check_at:
                continue  # Another replica led in between and has looked later.
            after = decide(before, check.finding.outcome, at=check.at)
            follow(
                tx,
                open_ones.get(monitor_id),
                check.watched,
                monitor_id,
                before=before,
                after=after,
                reason=check.finding.message,
            )
            rows.append(_row(monitor_id, after, check.finding))
            results.append(_result(monitor_id, check))
            if before:
                span = measured(before.state, since=before.last_check_at, until=check.at)
                parts += ((monitor_id, part) for part in span)
            if standing is None or (standing.state, standing.message) != (after.state, check.finding.message):
                changed.add(monitor_id)
            if before is None or before.state is not after.state:
                log.info(
                    "monitor_changed",
                    monitor=check.watched.key,
                    state=after.state,
                    message=check.finding.message,
                )
        if not rows:
            return
        history = History(tx.session)
        await history.add_results(results)
        await history.add_measured(parts)
        await standings.put(rows)
        await standings.refresh_uptime([row["monitor_id"] for row in rows], now=app.clock.now())
        tx.after_commit(partial(tell_monitors, app, changed))


async def _check(app: HealthApp, watched: Watched) -> Check:
    await asyncio.sleep(app.uniform(0.0, app.settings.health_jitter_seconds))
    async with app.places:
        try:
            async with asyncio.timeout(app.settings.health_probe_seconds):
                finding = await watched.probe()
        except TimeoutError:
            finding = Finding(MonitorState.DOWN, message=f"{watched.name} did not answer in time.")
        except Exception:
            log.exception("probe_failed", monitor=watched.key)
            finding = Finding(MonitorState.UNKNOWN, message="It could not be checked.")
    return Check(watched, app.clock.now(), finding)


def _verdict_of(standing: Standing | None) -> Verdict | None:
    if standing is None:
        return None
    return Verdict(MonitorState(standing.state), standing.since, standing.last_check_at, standing.recent)


def _row(monitor_id: UUID, verdict: Verdict, finding: Finding) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "state": verdict.state.value,
        "since": verdict.since,
        "last_check_at": verdict.last_check_at,
        "recent": verdict.recent,
        "verdict": verdict.state.value,
        "verdict_since": verdict.since,
        "turns": [],
        "latency_ms": finding.latency_ms,
        "message": finding.message,
    }


def _result(monitor_id: UUID, check: Check) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "at": check.at,
        "outcome": check.finding.outcome.value,
        "latency_ms": check.finding.latency_ms,
        "message": check.finding.message,
    }

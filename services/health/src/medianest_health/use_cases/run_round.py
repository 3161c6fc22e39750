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
from medianest_health.incidents import TOLD_WITHIN, follow
from medianest_health.models import Monitor
from medianest_health.repository import History, Incidents, Monitors, Standings
from medianest_health.states import Around, Judgement, judge, judgement_of
from medianest_health.uptime import Measured, measured
from medianest_health.use_cases.tell_monitors import tell_monitors
from medianest_health.verdict import Rule

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
        now = app.clock.now()
        await Incidents(tx.session).close_unwatched(now=now)
        latest = await Incidents(tx.session).latest_of(ids.values(), closed_after=now - TOLD_WITHIN)
        monitors = {row.id: row for row in await Monitors(tx.session).list(Monitor.id.in_(ids.values()))}
        rows: list[dict[str, Any]] = []
        parts: list[tuple[UUID, Measured]] = []
        results: list[dict[str, Any]] = []
        changed: set[UUID] = set()
        for check in checks:
            monitor_id = ids[check.watched.key]
            standing = present.get(monitor_id)
            before = judgement_of(standing)
            if before and check.at <= before.verdict.last_check_at:
                continue  # Another replica led in between and has looked later.
            after, finding = judge(before, check.finding, rule=Rule(), around=Around(), at=check.at)
            follow(
                tx,
                monitors[monitor_id],
                latest.get(monitor_id),
                rule=Rule(),
                before=before,
                after=after,
                at=check.at,
                reason=finding.message,
            )
            rows.append(_row(monitor_id, after, finding))
            results.append(_result(monitor_id, check))
            if before:
                span = measured(before.counts_as, since=before.verdict.last_check_at, until=check.at)
                parts += ((monitor_id, part) for part in span)
            if standing is None or (standing.state, standing.message) != (after.state, finding.message):
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


def _row(monitor_id: UUID, after: Judgement, finding: Finding) -> dict[str, Any]:
    seen = {"latency_ms": finding.latency_ms, "message": finding.message}
    return {"monitor_id": monitor_id, **after.values(), **seen}


def _result(monitor_id: UUID, check: Check) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "at": check.at,
        "outcome": check.finding.outcome.value,
        "latency_ms": check.finding.latency_ms,
        "message": check.finding.message,
    }

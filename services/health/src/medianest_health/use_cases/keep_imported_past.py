"""Days from before a monitor was here, as far as they were counted elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from medianest_common.db import Transaction
from medianest_health.adapters.uptime_kuma.household import KumaDay, KumaHousehold
from medianest_health.adapters.uptime_kuma.translating import Taken
from medianest_health.models import Monitor, Rollup
from medianest_health.repository.bulk import insert_rows
from medianest_health.uptime import DAY, start_of_bucket
from medianest_health.use_cases.keep_imported import Kept

_KEPT = timedelta(days=90)
_INTERVAL = 60


async def keep_imported_past(
    tx: Transaction,
    kept: Kept,
    household: KumaHousehold,
    taken: Sequence[Taken],
    *,
    now: datetime,
    dry_run: bool,
) -> int:
    """How many days are new. Each check stands for one interval as it is over there, and what is known here already is
    not touched; nothing is said of how long answers took, since that is known as an average only."""
    days = {f"{household.ref}:{number}": told for number, told in household.days.items()}
    intervals = {f"{household.ref}:{each.id}": each.interval or _INTERVAL for each in household.monitors}
    ids = {
        kept.monitors[each.refs[0]]: each
        for each in taken
        if each.refs[0] in kept.monitors and each.refs[0] in days
    }
    made = select(Monitor.id, Monitor.created_at).where(Monitor.id.in_(list(ids)))
    since = {row.id: row.created_at for row in await tx.session.execute(made)}
    oldest = start_of_bucket(now - _KEPT, DAY)
    rows: list[dict[str, Any]] = []
    for monitor_id, each in ids.items():
        first_here = start_of_bucket(since.get(monitor_id, now), DAY)
        for day in days[each.refs[0]]:
            bucket = start_of_bucket(datetime.fromtimestamp(day.timestamp, UTC), DAY)
            if oldest <= bucket < first_here and day.up + day.down:
                rows.append(_row(monitor_id, bucket, day, interval=intervals[each.refs[0]]))
    there = await _known(tx, list(ids))
    fresh = [row for row in rows if (row["monitor_id"], row["bucket"]) not in there]
    if not dry_run:
        await insert_rows(tx.session, Rollup, fresh, keys=("monitor_id", "width", "bucket"), update=False)
    return len(fresh)


async def _known(tx: Transaction, monitors: Sequence[UUID]) -> set[tuple[UUID, datetime]]:
    statement = select(Rollup.monitor_id, Rollup.bucket).where(
        Rollup.monitor_id.in_(monitors), Rollup.width == DAY
    )
    return {(row.monitor_id, row.bucket) for row in await tx.session.execute(statement)}


def _row(monitor_id: UUID, bucket: datetime, day: KumaDay, *, interval: int) -> dict[str, Any]:
    """A day has no more seconds than it has: retries come faster than the interval says."""
    each = min(float(max(interval, 1)), DAY / (day.up + day.down))
    return {
        "monitor_id": monitor_id,
        "width": DAY,
        "bucket": bucket,
        "up_seconds": day.up * each,
        "down_seconds": day.down * each,
        "maintenance_seconds": 0.0,
        "latencies": None,
    }

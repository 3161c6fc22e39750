"""What the health service does by the clock besides looking: add up what was found, and forget what is old."""

from datetime import UTC, timedelta

import structlog

from medianest_health.app import HealthApp
from medianest_health.repository import History, Incidents
from medianest_health.repository.error_groups import ErrorGroups
from medianest_health.repository.recoveries import RecoveryLog

log = structlog.get_logger()

LOOK_AROUND_SECONDS = 5.0
ROLL_UP_SECONDS = 60.0
PRUNE_SECONDS = 3600.0
RESULTS_KEPT = timedelta(days=3)
INCIDENTS_KEPT = timedelta(days=730)
RECOVERIES_KEPT = timedelta(days=90)
ERRORS_KEPT = timedelta(days=90)
"""After they were last seen."""


async def prune(app: HealthApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        dropped = await app.partitions.drop_before(tx.session, (now - RESULTS_KEPT).astimezone(UTC).date())
        await History(tx.session).forget_old(now=now)
        await Incidents(tx.session).forget(before=now - INCIDENTS_KEPT)
        await RecoveryLog(tx.session).forget(before=now - RECOVERIES_KEPT)
        await ErrorGroups(tx.session).forget(before=now - ERRORS_KEPT)
    if dropped:
        log.info("results_dropped", partitions=dropped)

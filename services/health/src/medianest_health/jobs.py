"""What the health service does by the clock besides looking: add up what was found, and forget what is old."""

from datetime import UTC, datetime, timedelta
from itertools import batched

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from medianest_common.contracts.health.webhooks import KEPT_DAYS
from medianest_health.app import HealthApp
from medianest_health.models import Monitor
from medianest_health.repository import History, Incidents
from medianest_health.repository.complaints import ComplaintRounds
from medianest_health.repository.error_groups import ErrorGroups
from medianest_health.repository.recoveries import RecoveryLog
from medianest_health.repository.webhooks import HeardWebhooks, KeptWebhooks

log = structlog.get_logger()

LOOK_AROUND_SECONDS = 5.0
ROLL_UP_SECONDS = 60.0
PRUNE_SECONDS = 3600.0
TELL_COMPLAINTS_SECONDS = 15.0
RESULTS_KEPT = timedelta(days=3)
INCIDENTS_KEPT = timedelta(days=730)
RECOVERIES_KEPT = timedelta(days=90)
ERRORS_KEPT = timedelta(days=90)
"""After they were last seen."""
WEBHOOKS_KEPT = timedelta(days=KEPT_DAYS)
HEARD_KEPT = timedelta(hours=1)
"""Longer than the same is not heard again."""
COMPLAINTS_KEPT = timedelta(days=1)
"""After they were over."""
_THINNED_OUT = timedelta(days=2)
"""So long after they were closed, however late we are."""
_AT_A_TIME = 20
"""Monitors whose roll-ups one transaction forgets."""


async def prune(app: HealthApp) -> None:
    """Each step by itself: none holds locks for another, and what fails is tried again the next time, alone."""
    for step in (
        _make_partitions,
        _drop_partitions,
        _forget_rollups,
        _forget_incidents,
        _forget_the_rest,
        _forget_webhooks,
        _forget_removed,
    ):
        try:
            await step(app, now=app.clock.now())
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            log.warning("not_pruned", step=step.__name__.lstrip("_"), error=repr(error)[:300])


async def _make_partitions(app: HealthApp, *, now: datetime) -> None:
    await app.partitions.make_ahead(app.db, now=now)


async def _drop_partitions(app: HealthApp, *, now: datetime) -> None:
    dropped = await app.partitions.drop_before(app.db, (now - RESULTS_KEPT).astimezone(UTC).date())
    if dropped:
        log.info("results_dropped", partitions=dropped)


async def _forget_rollups(app: HealthApp, *, now: datetime) -> None:
    async with app.db.read() as connection:
        monitors = (await connection.execute(select(Monitor.id).order_by(Monitor.id))).scalars().all()
    for several in batched(monitors, _AT_A_TIME):
        async with app.db.transaction() as tx:
            await History(tx.session).forget_old(several, now=now)


async def _forget_removed(app: HealthApp, *, now: datetime) -> None:
    """Deleting hundreds of monitors would take too long with all that was added up of them."""
    async with app.db.transaction() as tx:
        removed = await History(tx.session).removed()
    for monitor_id in removed:
        async with app.db.transaction() as tx:
            await History(tx.session).forget(monitor_id)


async def _forget_incidents(app: HealthApp, *, now: datetime) -> None:
    async with app.db.transaction() as tx:
        incidents = Incidents(tx.session)
        await incidents.forget(before=now - INCIDENTS_KEPT)
        await incidents.thin_out(closed_after=now - _THINNED_OUT)


async def _forget_the_rest(app: HealthApp, *, now: datetime) -> None:
    async with app.db.transaction() as tx:
        await RecoveryLog(tx.session).forget(before=now - RECOVERIES_KEPT)
        await ErrorGroups(tx.session).forget(before=now - ERRORS_KEPT)


async def _forget_webhooks(app: HealthApp, *, now: datetime) -> None:
    async with app.db.transaction() as tx:
        await HeardWebhooks(tx.session).forget(before=now - HEARD_KEPT)
        await KeptWebhooks(tx.session).forget(before=now - WEBHOOKS_KEPT)
        await ComplaintRounds(tx.session).forget(before=now - COMPLAINTS_KEPT)

"""What was found becomes five minutes, hours, days, and the uptime that lists show.

Everything is set from what lies below it, for the time since the last roll-up, so doing it twice or in two replicas
changes nothing, and what was missed is made up for from the results.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched, groupby

import structlog
from sqlalchemy.exc import DBAPIError

from medianest_common.contracts.health import MonitorState
from medianest_health.app import HealthApp
from medianest_health.repository import Standings
from medianest_health.repository.rollups import OVERLAP, Rollups, Unrolled
from medianest_health.rolling import COUNTED, Look, roll
from medianest_health.uptime import DAY, FINE, HOUR, start_of_bucket

log = structlog.get_logger()

_AT_A_TIME = 50
_STRETCH = timedelta(hours=6)
"""The memory of one step is bounded, however long nothing was rolled up."""


async def roll_up(app: HealthApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        unrolled = await Rollups(tx.session).unrolled()
    for since, group in _together(unrolled, now=now):
        with _going_on(group):
            await _roll(app, group, since=since, now=now)
    for several in batched(unrolled, _AT_A_TIME):
        with _going_on(several):
            async with app.db.transaction() as tx:
                await Standings(tx.session).refresh_uptime([each.monitor_id for each in several], now=now)


@contextmanager
def _going_on(monitors: Sequence[Unrolled]) -> Iterator[None]:
    """What fails for some of them does not keep back the others, and is done the next time."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        log.warning("not_rolled_up", monitors=len(monitors), error=repr(error)[:300])


def _together(
    unrolled: Sequence[Unrolled], *, now: datetime
) -> Iterator[tuple[datetime, Sequence[Unrolled]]]:
    """Those with the same first bucket, a few at a time."""

    def first(each: Unrolled) -> datetime:
        # Later than now: a clock was ahead, and what follows is not to wait until it is as late again.
        return start_of_bucket(min(each.rolled_until, now - OVERLAP), FINE)

    for since, group in groupby(sorted(unrolled, key=first), key=first):
        for several in batched(group, _AT_A_TIME):
            yield since, several


async def _roll(app: HealthApp, group: Sequence[Unrolled], *, since: datetime, now: datetime) -> None:
    ids = [each.monitor_id for each in group]
    start = since
    while start < now:
        stop = min(now, start + _STRETCH)
        async with app.db.transaction() as tx:
            rollups = Rollups(tx.session)
            looks = await rollups.looks(ids, since=start, until=stop)
            await rollups.put(
                {
                    each.monitor_id: roll(
                        _with_last(each, looks.get(each.monitor_id, [])), since=start, until=stop
                    )
                    for each in group
                }
            )
        start = stop
    async with app.db.transaction() as tx:
        rollups = Rollups(tx.session)
        await Standings(tx.session).lock(ids)
        await rollups.widen(ids, narrow=FINE, width=HOUR, since=since, until=now)
        await rollups.widen(ids, narrow=HOUR, width=DAY, since=since, until=now)
        await rollups.rolled(group, until=now)


def _with_last(standing: Unrolled, looks: list[Look]) -> list[Look]:
    """The last look may be older than results are kept, and hold all the same."""
    if looks:
        return looks
    state = MonitorState(standing.state)
    counts_as = MonitorState(standing.verdict) if state is MonitorState.FLAPPING else state
    return [Look(standing.last_check_at, COUNTED.get(counts_as), standing.holds_seconds)]

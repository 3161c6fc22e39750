"""What was found becomes five minutes, hours, days, and the uptime that lists show.

Everything is set from what lies below it, for the time since the last roll-up, so doing it twice or in two replicas
changes nothing, and what was missed is made up for from the results.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import batched, groupby

from medianest_common.contracts.health import MonitorState
from medianest_health.app import HealthApp
from medianest_health.repository import Standings
from medianest_health.repository.rollups import Rollups, Unrolled
from medianest_health.rolling import COUNTED, Look, roll
from medianest_health.uptime import DAY, FINE, HOUR, start_of_bucket

_AT_A_TIME = 50
_STRETCH = timedelta(hours=6)
"""The memory of one step is bounded, however long nothing was rolled up."""


async def roll_up(app: HealthApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        unrolled = await Rollups(tx.session).unrolled()
    for group in _together(unrolled):
        await _roll(app, group, now=now)
    for several in batched(unrolled, _AT_A_TIME):
        async with app.db.transaction() as tx:
            await Standings(tx.session).refresh_uptime([each.monitor_id for each in several], now=now)


def _together(unrolled: Sequence[Unrolled]) -> Iterator[Sequence[Unrolled]]:
    """Those with the same first bucket, a few at a time."""
    ordered = sorted(unrolled, key=_first)
    for _, group in groupby(ordered, key=_first):
        yield from batched(group, _AT_A_TIME)


def _first(unrolled: Unrolled) -> datetime:
    return start_of_bucket(unrolled.rolled_until, FINE)


async def _roll(app: HealthApp, group: Sequence[Unrolled], *, now: datetime) -> None:
    ids = [each.monitor_id for each in group]
    since = start = _first(group[0])
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

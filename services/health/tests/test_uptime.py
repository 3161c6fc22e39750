"""The arithmetic by itself, and against everything that was ever measured."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from medianest_common.contracts.health import MonitorState, Uptime
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.jobs import prune
from medianest_health.partitions import Partitions
from medianest_health.repository import History, Standings
from medianest_health.uptime import DAY, HOUR, Measured, measured
from medianest_health.verdict import HOLD, Verdict, decide
from services.health.tests.household import Household

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
_STATES = st.sampled_from(list(MonitorState))
_KNOWN = (MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH, MonitorState.DOWN)
_GAPS = st.floats(min_value=0.001, max_value=100_000)


@given(state=_STATES, offset=st.floats(0, 200_000), gap=_GAPS)
def test_what_is_measured_is_the_time_that_a_check_speaks_for(
    state: MonitorState, offset: float, gap: float
) -> None:
    since = START + timedelta(seconds=offset)
    until = since + timedelta(seconds=gap)

    parts = list(measured(state, since=since, until=until))

    spoken_for = min(until - since, HOLD).total_seconds() if state in _KNOWN else 0.0
    for width in (HOUR, DAY):
        of_width = [part for part in parts if part.width == width]
        assert sum(part.up + part.down for part in of_width) == pytest.approx(spoken_for, abs=1e-5)
        assert all(0 < part.up + part.down <= width for part in of_width)
        assert all(part.bucket.timestamp() % width == 0 for part in of_width)
        assert all((part.down > 0) is (state is MonitorState.DOWN) for part in of_width)


@given(st.lists(st.tuples(_STATES, st.floats(0.001, 600)), min_size=2, max_size=60))
def test_no_second_is_counted_twice(checks: list[tuple[MonitorState, float]]) -> None:
    at, moments = START, []
    for state, gap in checks:
        moments.append((state, at))
        at += timedelta(seconds=gap)

    parts = [p for (state, a), (_, b) in pairwise(moments) for p in measured(state, since=a, until=b)]

    for width in (HOUR, DAY):
        by_bucket: dict[datetime, float] = {}
        for part in parts:
            if part.width == width:
                by_bucket[part.bucket] = by_bucket.get(part.bucket, 0) + part.up + part.down
        assert all(seconds <= width + 1e-3 for seconds in by_bucket.values())
        assert sum(by_bucket.values()) <= (moments[-1][1] - START).total_seconds() + 1e-3


_OUTCOMES = st.sampled_from(
    [MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH, MonitorState.DOWN, MonitorState.UNKNOWN]
)


@given(st.lists(_OUTCOMES, min_size=1, max_size=40))
def test_down_needs_two_failures_among_three_looks(outcomes: list[MonitorState]) -> None:
    verdict: Verdict | None = None
    told: list[MonitorState] = []
    for number, outcome in enumerate(outcomes):
        before, at = verdict, START + timedelta(seconds=20 * number)
        verdict = decide(before, outcome, at=at)
        if outcome is not MonitorState.UNKNOWN:
            told.append(outcome)
        failures = told[-3:].count(MonitorState.DOWN)
        if outcome is MonitorState.DOWN:
            assert (verdict.state is MonitorState.DOWN) is (
                failures >= 2 or (before is not None and before.state is MonitorState.DOWN)
            )
        else:
            assert verdict.state is outcome
        changed = before is None or before.state is not verdict.state
        assert verdict.since == (at if changed else before.since if before else at)


def test_failures_from_before_a_gap_do_not_count() -> None:
    first = decide(None, MonitorState.DOWN, at=START)
    second = decide(first, MonitorState.DOWN, at=START + timedelta(hours=1))

    assert second.state is MonitorState.PENDING


async def test_a_gap_is_not_up(home: Household) -> None:
    await home.rounds(3)
    home.clock.advance(6 * 3600)
    await home.rounds(3)

    found = await home.monitor("Plex")

    assert found.uptime.day == 1.0
    assert 150 / 86_400 < found.coverage < 250 / 86_400


async def test_half_the_measured_time_down_is_half_up(home: Household, plex: FakePlex) -> None:
    await home.rounds(10)
    plex.server.fail_with("refuse")
    await home.rounds(11)

    found = await home.monitor("Plex")

    assert found.uptime.day == pytest.approx(0.52, abs=0.06)
    assert found.uptime.week == pytest.approx(found.uptime.day, abs=1e-3)
    assert found.uptime.quarter == pytest.approx(found.uptime.day, abs=1e-3)


async def test_what_was_never_measured_has_no_uptime(home: Household) -> None:
    found = await home.monitor("Plex")

    assert found.uptime == Uptime(day=None, week=None, month=None, quarter=None)
    assert found.coverage == 0


async def test_windows_hold_what_lies_inside_them(home: Household) -> None:
    """A hundred days whose hours were up for different shares of what is known; compared with adding it up by hand."""
    plex = await home.monitor("Plex")
    now = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    parts: list[Measured] = []
    for hours in range(24 * 100):
        bucket = now.replace(minute=0) - timedelta(hours=hours)
        known = 1800.0 if hours % 5 == 0 else 3600.0
        up = known * (hours * 7 % 11) / 10
        parts.append(Measured(HOUR, bucket, up, known - up))
        parts.append(Measured(DAY, bucket.replace(hour=0), up, known - up))
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("delete from rollups"))
        await History(tx.session).add_measured([(plex.id, part) for part in parts])
        await Standings(tx.session).refresh_uptime([plex.id], now=now)

    found = (await home.monitor("Plex")).uptime

    def by_hand(seconds: int, width: int) -> float:
        first = now.timestamp() - seconds
        weighted = [
            (p, max(0.0, min(1.0, (p.bucket.timestamp() + width - first) / width)))
            for p in parts
            if p.width == width
        ]
        return sum(p.up * w for p, w in weighted) / sum((p.up + p.down) * w for p, w in weighted)

    assert found.day == pytest.approx(by_hand(DAY, HOUR))
    assert found.week == pytest.approx(by_hand(7 * DAY, HOUR))
    assert found.month == pytest.approx(by_hand(30 * DAY, DAY))
    assert found.quarter == pytest.approx(by_hand(90 * DAY, DAY))


async def test_old_results_and_hours_are_forgotten_and_days_are_kept(home: Household) -> None:
    await home.rounds(2)
    home.clock.advance(10 * DAY)
    await home.rounds(2)

    await prune(home.app)

    async with home.app.db.read() as connection:
        oldest = (await connection.execute(text("select min(at) from results"))).scalar_one()
        widths = (
            await connection.execute(
                text("select width from rollups where bucket < :then group by width"),
                {"then": home.clock.now() - timedelta(days=9)},
            )
        ).scalars()
        assert set(widths) == {DAY}
    assert home.clock.now() - oldest < timedelta(days=1)


async def test_replicas_at_midnight_make_the_new_day_once(home: Household) -> None:
    tomorrow = home.clock.now() + timedelta(days=30)

    async def replica() -> None:
        async with home.app.db.transaction() as tx:
            await Partitions().ensure(tx.session, now=tomorrow)

    await asyncio.gather(*(replica() for _ in range(6)))

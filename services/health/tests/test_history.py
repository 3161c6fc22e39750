"""Bars, percentiles and totals of a window: what they say is what the checks said."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.history import GetMonitorHistory, HistoryWindow, MonitorHistory
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.bars import SCALES, bars_of, total_of
from medianest_health.models import Rollup
from services.health.tests.household import Household

NOW = datetime(2026, 7, 1, 9, 33, 20, tzinfo=UTC)
_WINDOWS = st.sampled_from(list(HistoryWindow))
_SECONDS = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))


def _rollup(start: datetime, up: float, down: float, maintenance: float) -> Rollup:
    return Rollup(
        monitor_id=uuid7(),
        bucket=start,
        up_seconds=up,
        down_seconds=down,
        maintenance_seconds=maintenance,
        latencies=[0, 3],
    )


@given(_WINDOWS, st.dictionaries(st.integers(0, 3_000), _SECONDS, max_size=20))
def test_bars_have_no_holes_and_add_up(
    window: HistoryWindow, seconds: dict[int, tuple[float, float, float]]
) -> None:
    scale = SCALES[window]
    newest = NOW.timestamp() // scale.source * scale.source
    rollups = [
        _rollup(datetime.fromtimestamp(newest - scale.source * ago, UTC), *seconds[ago])
        for ago in sorted(seconds, reverse=True)
    ]
    first = NOW - scale.window

    bars = list(bars_of(rollups, scale, now=NOW))
    total, uptime = total_of(rollups, scale, now=NOW)

    assert bars[0].start <= first < bars[0].start + timedelta(seconds=scale.bar)
    assert bars[-1].start <= NOW < bars[-1].start + timedelta(seconds=scale.bar)
    steps = {(b.start - a.start).total_seconds() for a, b in pairwise(bars)}
    assert steps == {scale.bar}
    shown = sum(bar.up_seconds + bar.down_seconds + bar.maintenance_seconds for bar in bars)
    inside = [r for r in rollups if r.bucket >= bars[0].start]
    assert shown == pytest.approx(
        sum(r.up_seconds + r.down_seconds + r.maintenance_seconds for r in inside), abs=1
    )
    assert total.up_seconds <= sum(bar.up_seconds for bar in bars) + 1
    assert (uptime is None) is (total.up_seconds + total.down_seconds < 1e-3) or uptime is not None
    assert all((bar.state is MonitorState.UNKNOWN) is (bar.coverage == 0) for bar in bars)


async def test_uptime_kuma_5710_6475_a_night_without_us_is_grey(home: Household) -> None:
    await home.rounds(2)
    home.clock.advance(6 * 3600)
    await home.rounds(2)

    history = await _history(home, "Plex", HistoryWindow.DAY)

    states = [bar.state for bar in history.bars]
    assert set(states) == {MonitorState.UP, MonitorState.UNKNOWN}
    assert states.count(MonitorState.UNKNOWN) >= 280
    assert history.uptime == 1.0
    assert 0 < history.total.coverage < 0.01


async def test_what_was_down_is_down_in_its_bar_and_its_totals(home: Household, plex: FakePlex) -> None:
    await home.rounds(30)
    plex.server.fail_with("refuse")
    await home.rounds(31)

    history = await _history(home, "Plex", HistoryWindow.DAY)
    listed = await home.monitor("Plex")

    assert history.uptime == pytest.approx(0.5, abs=0.05)
    assert history.uptime == pytest.approx(listed.uptime.day, abs=0.01)
    assert history.total.coverage == pytest.approx(listed.coverage, abs=0.001)
    assert MonitorState.DOWN in [bar.state for bar in history.bars]
    [answered] = [bar for bar in history.bars if bar.state is MonitorState.UP][:1]
    assert answered.p50 is not None
    assert answered.p95 is not None
    assert answered.p99 is not None
    assert 0 < answered.p50 <= answered.p95 <= answered.p99
    assert history.bars[0].p50 is None


@pytest.mark.parametrize("window", list(HistoryWindow))
async def test_every_window_shows_the_same_present(home: Household, window: HistoryWindow) -> None:
    began = home.clock.now()
    await home.rounds(3)

    history = await _history(home, "Plex", window)

    assert history.uptime == 1.0
    passed = (home.clock.now() - began).total_seconds()
    assert 50 <= history.total.up_seconds <= passed + 10
    assert (
        history.bars[-1].start
        <= history.until
        < history.bars[-1].start + timedelta(seconds=history.bar_seconds)
    )
    assert len(history.bars) <= 290


async def test_what_one_may_not_see_has_no_history(home: Household) -> None:
    hidden = (await home.monitor("PostgreSQL")).id
    await _ask(home, hidden, Role.ADMIN)
    for monitor in (hidden, uuid4()):
        with pytest.raises(MediaNestError) as refused:
            await _ask(home, monitor, Role.USER)
        assert (refused.value.status, refused.value.code) == (404, "MONITOR_NOT_FOUND")


async def test_statping_66_268_however_much_there_is_a_list_reads_one_row_for_each_monitor(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    """Nobody can read the history at the moment, and the list is there all the same."""
    home = Household(sandbox, clock)
    await home.start()
    await home.rounds(2)
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("lock table results, rollups in access exclusive mode"))

        listed = await home.monitors()

    assert {each.uptime.day for each in listed} >= {1.0}


async def _history(home: Household, name: str, window: HistoryWindow) -> MonitorHistory:
    return await _ask(home, (await home.monitor(name)).id, Role.ADMIN, window)


async def _ask(
    home: Household, monitor: UUID, role: Role, window: HistoryWindow = HistoryWindow.DAY
) -> MonitorHistory:
    with home.sandbox.as_user(role=role):
        return await home.sandbox.bus.call(GetMonitorHistory(id=monitor, window=window), timeout=30)

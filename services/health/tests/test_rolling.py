"""The arithmetic of roll-ups by itself: spans of time, latencies, percentiles."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_health import latencies
from medianest_health.rolling import Counted, Look, roll
from medianest_health.uptime import FINE

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
_COUNTED: list[Counted] = ["up", "down", "maintenance", None]
_LOOKS = st.lists(
    st.tuples(st.floats(0.001, 2_000), st.sampled_from(_COUNTED), st.sampled_from([60.0, 900.0])),
    min_size=1,
    max_size=40,
)


def _as_looks(steps: list[tuple[float, Counted, float]]) -> list[Look]:
    at, looks = START, []
    for gap, counted, holds in steps:
        at += timedelta(seconds=gap)
        looks.append(Look(at, counted, holds, 12.0 if counted == "up" else None))
    return looks


@given(_LOOKS, st.floats(0, 5_000))
def test_each_look_speaks_for_the_time_to_the_next_but_no_longer_than_it_holds(
    steps: list[tuple[float, Counted, float]], later: float
) -> None:
    looks = _as_looks(steps)
    until = looks[-1].at + timedelta(seconds=later)

    buckets = roll(looks, since=START, until=until)

    moments = [look.at for look in looks[1:]] + [until]
    for counted in ("up", "down", "maintenance"):
        by_hand = sum(
            min((following - look.at).total_seconds(), look.holds_seconds)
            for look, following in zip(looks, moments, strict=True)
            if look.counted == counted
        )
        assert sum(getattr(bucket, counted) for bucket in buckets) == pytest.approx(by_hand, abs=1e-3)
    assert all(bucket.start.timestamp() % FINE == 0 for bucket in buckets)
    assert all(bucket.up + bucket.down + bucket.maintenance <= FINE + 1e-6 for bucket in buckets)
    answered = sum(look.latency_ms is not None and look.at < until for look in looks)
    assert sum(sum(bucket.latencies) for bucket in buckets) == answered


@given(_LOOKS, st.integers(0, 40))
def test_what_is_rolled_up_piece_by_piece_is_the_same_as_all_at_once(
    steps: list[tuple[float, Counted, float]], pieces: int
) -> None:
    looks = _as_looks(steps)
    until = looks[-1].at + timedelta(seconds=100)
    middle = min(START + timedelta(seconds=FINE * pieces), until)

    whole = roll(looks, since=START, until=until)
    first = roll([look for look in looks if look.at < middle], since=START, until=middle)
    before = [look for look in looks if look.at < middle][-1:]
    rest = roll([*before, *(look for look in looks if look.at >= middle)], since=middle, until=until)

    if middle < until:
        assert [*first, *rest] == whole


_MS = st.floats(0.01, 100_000)


@given(st.lists(_MS, max_size=30), st.lists(_MS, max_size=30))
def test_latencies_counted_apart_can_be_added_up(some: list[float], others: list[float]) -> None:
    together = latencies.count([*some, *others])

    assert latencies.added([latencies.count(some), None, latencies.count(others)]) == together
    assert sum(together) == len(some) + len(others)


@given(st.lists(st.floats(2, 50_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_off_by_no_more_than_a_step(took: list[float], share: float) -> None:
    found = latencies.percentile(latencies.count(took), share)

    exact = sorted(took)[max(0, -(-int(share * 1000) * len(took) // 1000) - 1)]
    assert found is not None
    assert exact / 2**0.251 <= found <= exact * 2**0.251


def test_of_nothing_there_is_no_percentile() -> None:
    assert latencies.percentile([], 0.95) is None
    assert latencies.added([None, []]) == []

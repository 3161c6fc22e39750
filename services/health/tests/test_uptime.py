"""Uptime and roll-ups against everything that was ever measured."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from medianest_common.contracts.health import MonitorState, Uptime
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.app import HealthApp
from medianest_health.jobs import prune
from medianest_health.models import Rollup
from medianest_health.partitions import Partitions
from medianest_health.repository import History, Standings
from medianest_health.repository.bulk import insert_rows
from medianest_health.uptime import DAY, FINE, HOUR
from medianest_health.use_cases.look_around import look_around
from medianest_health.use_cases.roll_up import roll_up
from medianest_health.verdict import Verdict, decide
from services.health.tests.household import ROUND_SECONDS, Household
from services.health.tests.things import change

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
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
    well = decide(None, MonitorState.UP, at=START)
    first = decide(well, MonitorState.DOWN, at=START + timedelta(seconds=20))
    second = decide(first, MonitorState.DOWN, at=START + timedelta(hours=1))

    assert second.state is MonitorState.UP


async def test_a_gap_is_not_up(home: Household) -> None:
    """uptime-kuma 5710, 6475, 2401: a night without us is neither up nor down, and says so."""
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


async def test_what_was_measured_too_long_ago_is_no_uptime_any_more(home: Household) -> None:
    await home.rounds(2)
    await change(home, "update monitors set paused = true where name = 'Plex'")
    home.clock.advance(40 * DAY)
    await roll_up(home.app)

    found = await home.monitor("Plex")

    assert (found.uptime.day, found.uptime.month, found.uptime.quarter) == (None, None, 1.0)
    assert found.coverage == 0
    home.clock.advance(60 * DAY)
    await roll_up(home.app)
    assert (await home.monitor("Plex")).uptime.quarter is None


async def test_windows_hold_what_lies_inside_them(home: Household) -> None:
    """A hundred days whose hours were up for different shares of what is known; compared with adding it up by hand."""
    plex = await home.monitor("Plex")
    now = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    parts: dict[tuple[int, datetime], list[float]] = {}
    for hours in range(24 * 100):
        bucket = now.replace(minute=0) - timedelta(hours=hours)
        known = 1800.0 if hours % 5 == 0 else 3600.0
        up = known * (hours * 7 % 11) / 10
        for key in ((HOUR, bucket), (DAY, bucket.replace(hour=0))):
            total = parts.setdefault(key, [0.0, 0.0])
            total[0] += up
            total[1] += known - up
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("delete from rollups"))
        rows = [_rollup(plex.id, *key, *seconds) for key, seconds in parts.items()]
        await insert_rows(tx.session, Rollup, rows, keys=("monitor_id", "width", "bucket"))
        await Standings(tx.session).refresh_uptime([plex.id], now=now)

    found = (await home.monitor("Plex")).uptime

    def by_hand(seconds: int, width: int) -> float:
        first = now.timestamp() - seconds
        weighted = [
            (up, down, max(0.0, min(1.0, (bucket.timestamp() + width - first) / width)))
            for (of_width, bucket), (up, down) in parts.items()
            if of_width == width
        ]
        return sum(up * w for up, _, w in weighted) / sum((up + down) * w for up, down, w in weighted)

    assert found.day == pytest.approx(by_hand(DAY, HOUR))
    assert found.week == pytest.approx(by_hand(7 * DAY, HOUR))
    assert found.month == pytest.approx(by_hand(30 * DAY, DAY))
    assert found.quarter == pytest.approx(by_hand(90 * DAY, DAY))


def _rollup(monitor: UUID, width: int, bucket: datetime, up: float, down: float) -> dict[str, Any]:
    seconds = {"up_seconds": up, "down_seconds": down, "maintenance_seconds": 0.0}
    return {"monitor_id": monitor, "width": width, "bucket": bucket, **seconds}


async def test_old_results_and_small_roll_ups_are_forgotten_and_days_are_kept(home: Household) -> None:
    """uptime-kuma 1994: what is old is dropped with its partition, which frees the space."""
    await home.rounds(2)
    home.clock.advance(10 * DAY)
    await home.rounds(2)

    await prune(home.app)

    then = {"then": home.clock.now() - timedelta(days=9)}
    async with home.app.db.read() as connection:
        oldest = (await connection.execute(text("select min(at) from results"))).scalar_one()
        widths = await connection.execute(
            text("select width from rollups where bucket < :then group by width"), then
        )
        assert set(widths.scalars()) == {DAY, HOUR}
        names = await connection.execute(text("select to_regclass(:name)"), {"name": "results_20200101"})
        assert names.scalar_one() is None
    assert home.clock.now() - oldest < timedelta(days=1)


async def test_replicas_at_midnight_make_the_new_day_once(home: Household) -> None:
    tomorrow = home.clock.now() + timedelta(days=30)

    await asyncio.gather(*(Partitions().ensure(home.app.db, now=tomorrow) for _ in range(6)))


async def test_a_day_whose_making_failed_is_made_the_next_time(home: Household) -> None:
    partitions, later = Partitions(), home.clock.now() + timedelta(days=40)
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("select pg_advisory_xact_lock(7316, 201)"))
        with pytest.raises(Exception, match="lock timeout"):
            await partitions.ensure(home.app.db, now=later)

    await partitions.ensure(home.app.db, now=later)

    async with home.app.db.read() as connection:
        made = await connection.execute(
            text("select to_regclass(:name)"), {"name": f"results_{later:%Y%m%d}"}
        )
        assert made.scalar_one() is not None


async def test_somebody_who_reads_results_over_midnight_keeps_nobody_from_looking(home: Household) -> None:
    """As a backup does; the days to come were made before."""
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("lock table results in access share mode"))
        home.clock.advance(DAY)
        await home.look()
        assert home.clock.now() - await _last_check(home, "Plex") < timedelta(minutes=1)

        # Nothing was made for weeks, and now it cannot be: what is due is looked at, and what is found waits.
        home.clock.advance(20 * DAY)
        await change(
            home, "update schedules set due_at = :due", due=home.clock.now() - timedelta(seconds=1.6)
        )
        prober = home.probers[-1]
        await prober.turn()
        await prober.settled()
        await prober.turn()
        waiting = len(prober.found)
        assert waiting
    await prober.store()
    assert not prober.found
    assert home.clock.now() - await _last_check(home, "Plex") < timedelta(minutes=1)


async def test_days_are_made_ahead_every_hour(home: Household) -> None:
    home.clock.advance(2 * DAY)

    await prune(home.app)

    async with home.app.db.read() as connection:
        last = home.clock.now() + timedelta(days=3)
        made = await connection.execute(text("select to_regclass(:name)"), {"name": f"results_{last:%Y%m%d}"})
        assert made.scalar_one() is not None


async def test_results_are_dropped_though_roll_ups_cannot_be_deleted_in_time(home: Household) -> None:
    await home.rounds(2)
    home.clock.advance(10 * DAY)
    for statement in (
        (
            "create function refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'too slow' using errcode = '57014'; end $$"
        ),
        "create trigger refuse before delete on rollups for each statement execute function refuse()",
    ):
        await change(home, statement)

    await prune(home.app)

    async with home.app.db.read() as connection:
        assert (await connection.execute(text("select count(*) from results"))).scalar_one() == 0


async def _last_check(home: Household, name: str) -> datetime:
    last = (await home.monitor(name)).last_check_at
    assert last
    return last


@pytest.mark.parametrize("statement", ["paused = true", "enabled = false"])
async def test_the_time_after_a_pause_counts_neither_way_however_seldom_it_is_looked_at(
    home: Household, statement: str
) -> None:
    await change(home, "update monitors set interval_seconds = 3600 where name = 'Plex'")
    await home.look()
    home.clock.advance(600)
    await change(home, f"update monitors set {statement} where name = 'Plex'")
    for _ in range(2):
        await look_around(home.app)
        home.clock.advance(3600)
        await roll_up(home.app)

    async with home.app.db.read() as connection:
        measured = text(
            "select sum(up_seconds) from rollups join monitors on id = monitor_id"
            " where name = 'Plex' and width = :width"
        )
        for width in (FINE, HOUR):
            up = (await connection.execute(measured, {"width": width})).scalar_one()
            assert 600 <= up < 660, width


async def test_rolling_up_again_in_any_steps_with_what_comes_late_gives_the_same(home: Household) -> None:
    """Property, over seeds: hours and days that were kept up to date while results came, some of them twice and some
    hours late, are those that are made of all the results at once."""
    plex = await home.monitor("Plex")
    for seed in range(4):
        chance = random.Random(seed)
        begin = home.clock.now()
        rows = _some_results(plex.id, begin, chance)
        late = [row for row in rows if chance.random() < 0.15]
        on_time = [row for row in rows if row not in late]
        await _forget(home.app, plex.id, since=begin)
        for row in on_time:
            home.clock.advance(max(0.0, (row["at"] - home.clock.now()).total_seconds()))
            await _store(home.app, row)
            if chance.random() < 0.1:
                await roll_up(home.app)
                await _store(home.app, row)
        for row in late:
            await _store(home.app, row, late=True)
        home.clock.advance(100)  # So long does the last one speak for the time after it.
        await roll_up(home.app)
        kept = await _rolled(home.app, plex.id)
        await _forget(home.app, plex.id, since=begin, results=False)
        await roll_up(home.app)

        assert {width for width, *_ in kept} == {FINE, HOUR, DAY}
        assert kept == await _rolled(home.app, plex.id), seed


async def test_a_clock_that_was_ahead_leaves_no_hole_once_it_is_set_back(home: Household) -> None:
    """As with a battery that kept the local time: hours ahead, until somebody says what time it is."""
    await home.rounds(3)
    home.clock.advance(9 * HOUR)
    await home.rounds(1)
    home.clock.advance(-9 * HOUR)
    begin = home.clock.now()

    await home.rounds(15)

    async with home.app.db.read() as connection:
        since = begin - timedelta(seconds=FINE)
        measured = text(
            "select sum(up_seconds) from rollups join monitors on id = monitor_id where name = 'Plex'"
            " and width = :width and bucket > :since and bucket <= :until"
        )
        values = {"since": since, "until": home.clock.now()}
        for width in (FINE, HOUR):
            values["since"] = begin - timedelta(seconds=width)
            up = (await connection.execute(measured, {**values, "width": width})).scalar_one()
            assert up >= 15 * ROUND_SECONDS - 5, width
    assert (await home.monitor("Plex")).coverage >= 300 / DAY


async def test_one_that_cannot_be_rolled_up_keeps_back_no_other(home: Household) -> None:
    await home.rounds(1)
    plex = await home.monitor("Plex")
    refuse = (
        (
            "create function refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'no' using errcode = '40P01'; end $$"
        ),
        (
            "create trigger refuse before insert on rollups for each row"
            f" when (new.monitor_id = '{plex.id}') execute function refuse()"
        ),
        # In a group of its own, and the first one.
        f"update standings set rolled_until = rolled_until - interval '1 hour' where monitor_id = '{plex.id}'",
    )
    for statement in refuse:
        await change(home, statement)

    await home.rounds(2)

    assert (await home.monitor("Plex")).coverage == plex.coverage
    assert (await home.monitor("Overseerr")).coverage >= plex.coverage + ROUND_SECONDS / DAY


def _some_results(monitor: UUID, begin: datetime, chance: random.Random) -> list[dict[str, Any]]:
    at, rows = begin, []
    for _ in range(60):
        at += timedelta(seconds=chance.choice([20, 20, 20, 61, 700, 4000]))
        counted = chance.choice(["up", "up", "up", "down", "maintenance", None])
        rows.append(
            {
                "monitor_id": monitor,
                "at": at,
                "outcome": counted if counted in ("up", "down") else "unknown",
                "latency_ms": chance.uniform(1, 900) if counted == "up" else None,
                "message": None,
                "counted": counted,
                "holds_seconds": 60.0,
            }
        )
    return rows


async def _store(app: HealthApp, row: dict[str, Any], *, late: bool = False) -> None:
    """As a check is stored, as far as roll-ups go."""
    await app.partitions.ensure(app.db, now=row["at"])
    async with app.db.transaction() as tx:
        await History(tx.session).add_results([row])
        values = {"monitor": row["monitor_id"], "at": row["at"]}
        if late:
            again = "update standings set rolled_until = least(rolled_until, :at) where monitor_id = :monitor"
            await tx.session.execute(text(again), values)
            return
        latest = "update standings set last_check_at = :at where monitor_id = :monitor"
        await tx.session.execute(text(latest), values)


async def _forget(app: HealthApp, monitor: UUID, *, since: datetime, results: bool = True) -> None:
    async with app.db.transaction() as tx:
        for table in ("results", "rollups") if results else ("rollups",):
            await tx.session.execute(
                text(f"delete from {table} where monitor_id = :monitor"), {"monitor": monitor}
            )
        again = "update standings set rolled_until = :day where monitor_id = :monitor"
        day = since.replace(hour=0, minute=0, second=0, microsecond=0)
        await tx.session.execute(text(again), {"monitor": monitor, "day": day})


async def _rolled(app: HealthApp, monitor: UUID) -> list[tuple[Any, ...]]:
    async with app.db.read() as connection:
        rows = await connection.execute(
            text(
                "select width, bucket, round(up_seconds::numeric, 3), round(down_seconds::numeric, 3),"
                " round(maintenance_seconds::numeric, 3), latencies from rollups"
                " where monitor_id = :monitor and up_seconds + down_seconds + maintenance_seconds > 0 order by 1, 2"
            ),
            {"monitor": monitor},
        )
        return [tuple(row) for row in rows]

"""What Prometheus is told of monitors, and what it is told no more."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from medianest.testing import eventually
from medianest_common.clock import ManualClock
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.metrics import MonitorMetrics, Seen
from services.health.tests.household import Household
from services.health.tests.things import Thing, change, every, replicas

_UP, _LATENCY = "medianest_monitor_up", "medianest_monitor_latency_seconds"


def _samples(metrics: MonitorMetrics, name: str) -> dict[str, float]:
    """By the name of the monitor."""
    registry = CollectorRegistry()
    registry.register(metrics)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return {sample.labels["monitor"]: sample.value for sample in samples}


def test_steps_of_the_histogram_rise_and_hold_every_check_with_an_answer() -> None:
    metrics, monitor = MonitorMetrics(ManualClock()), uuid4()
    for milliseconds in (0.2, 5.0, 5.1, 300.0, 90_000.0, None):
        metrics.saw({monitor: Seen("NAS", "http", milliseconds is not None, milliseconds, None)})

    registry = CollectorRegistry()
    registry.register(metrics)
    families = {
        each.name: each for each in text_string_to_metric_families(generate_latest(registry).decode())
    }
    steps = [each for each in families[_LATENCY].samples if each.name.endswith("_bucket")]
    assert [(step.labels["le"], step.value) for step in steps if step.labels["le"] in ("0.005", "+Inf")] == [
        ("0.005", 2),
        ("+Inf", 5),
    ]
    assert all(a.value <= b.value for a, b in pairwise(steps))
    assert _samples(metrics, f"{_LATENCY}_sum")["NAS"] == 90.3103
    assert _samples(metrics, _UP) == {"NAS": 0.0}


def test_uptime_kuma_5059_the_days_of_a_certificate_go_on_without_a_check() -> None:
    clock, monitor = ManualClock(), uuid4()
    metrics = MonitorMetrics(clock)
    expires_at = clock.now() + timedelta(days=20)
    metrics.saw({monitor: Seen("NAS", "tls", up=True, latency_ms=3.0, certificate_expires_at=expires_at)})
    before = _samples(metrics, "medianest_monitor_certificate_days")
    clock.advance(5 * 86_400)

    assert (before, _samples(metrics, "medianest_monitor_certificate_days")) == ({"NAS": 20.0}, {"NAS": 15.0})


async def test_up_is_the_verdict_and_not_a_single_check(home: Household, plex: FakePlex) -> None:
    metrics = home.probers[-1].metrics
    plex.server.fail_with("refuse")
    await home.rounds()
    once = _samples(metrics, _UP)["Plex"]
    await home.rounds()

    assert (once, _samples(metrics, _UP)["Plex"]) == (1.0, 0.0)


async def test_series_move_with_a_monitor_to_another_replica_and_go_with_it(home: Household) -> None:
    things = [Thing("moves"), Thing("removed"), Thing("paused"), Thing("stays")]
    await every(home, things, seconds=1)
    async with replicas(home, things) as running:
        first = (await running.start("first")).metrics

        async def shows(metrics: MonitorMetrics, *names: str) -> bool:
            return set(_samples(metrics, _UP)) == set(names)

        await eventually(lambda: shows(first, "moves", "removed", "paused", "stays"))
        await change(home, "delete from monitors where name = 'removed'")
        await change(home, "update monitors set paused = true where name = 'paused'")
        await eventually(lambda: shows(first, "moves", "stays"))
        running.kill("first")
        second = (await running.start("second")).metrics
        # Whoever starts puts back what its settings name.
        await eventually(lambda: shows(second, "moves", "removed", "stays"))
        await running.probers["first"].sweep()

        assert _samples(first, _UP) == {}

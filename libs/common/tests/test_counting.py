"""What is counted as plain numbers reads like the figures of `prometheus_client`."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from medianest_common.counting import Counters, Durations, Levels

_BUCKETS = (0.001, 0.02, 2)
_TOOK = (0.0005, 0.001, 0.0015, 1.5, 99.0)


def test_prometheus_reads_the_same_as_of_its_own_figures() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    answers = Counters("answers_total", "Answers.", ["route", "status"], registry=ours)
    answers.labels("/a", 200).value += 3
    under_way = Levels("under_way", "Under way.", ["route"], registry=ours)
    under_way.labels("/a").value += 2
    under_way.labels("/a").value -= 1
    seconds = Durations("seconds", "Time.", ["route"], buckets=_BUCKETS, registry=ours)
    Counter("answers_total", "Answers.", ["route", "status"], registry=theirs).labels("/a", 200).inc(3)
    Gauge("under_way", "Under way.", ["route"], registry=theirs).labels("/a").set(1)
    expected = Histogram("seconds", "Time.", ["route"], buckets=_BUCKETS, registry=theirs)
    for took in _TOOK:
        seconds.labels("/a").add(took)
        expected.labels("/a").observe(took)
    assert _shown(ours) == _shown(theirs)


def _shown(registry: CollectorRegistry) -> list[str]:
    """Without the time at which a series was begun, which no rule or panel asks for."""
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created" not in line]

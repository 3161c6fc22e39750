"""What Prometheus sees of monitors: of each only what the replica that looks at it says, so nothing is there twice and
nothing stays behind."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from medianest_common.clock import Clock

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LABELS = ("id", "monitor", "kind")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one check that was stored. `up` is None where nobody can tell."""

    name: str
    kind: str
    up: bool | None
    latency_ms: float | None
    certificate_expires_at: datetime | None


@dataclass(slots=True)
class _Series:
    last: Seen
    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    seconds: float = 0.0


class MonitorMetrics(Collector):
    """Register it for as long as this replica looks at anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._series: dict[UUID, _Series] = {}

    def saw(self, monitors: Mapping[UUID, Seen]) -> None:
        for monitor_id, seen in monitors.items():
            series = self._series.setdefault(monitor_id, _Series(seen))
            series.last = seen
            if seen.latency_ms is not None:
                seconds = seen.latency_ms / 1000
                series.counts[bisect_left(_BOUNDS, seconds)] += 1
                series.seconds += seconds

    def keep_only(self, monitors: Collection[UUID]) -> None:
        for gone in self._series.keys() - set(monitors):
            del self._series[gone]

    def describe(self) -> Iterable[Metric]:
        """Nothing that a second replica in this process would be refused for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "medianest_monitor_up",
            "Whether it answered as of late; missing where nobody can tell.",
            labels=_LABELS,
        )
        latency = HistogramMetricFamily(
            "medianest_monitor_latency_seconds", "How long checks took that got an answer.", labels=_LABELS
        )
        days = GaugeMetricFamily(
            "medianest_monitor_certificate_days", "Days until its certificate expires.", labels=_LABELS
        )
        now = self._clock.now()
        for monitor_id, series in list(self._series.items()):
            labels = (str(monitor_id), series.last.name, series.last.kind)
            if series.last.up is not None:
                up.add_metric(labels, float(series.last.up))
            if expires_at := series.last.certificate_expires_at:
                days.add_metric(labels, (expires_at - now).total_seconds() / _DAY)
            if any(series.counts):
                steps = zip((*map(str, _BOUNDS), "+Inf"), accumulate(series.counts), strict=True)
                latency.add_metric(labels, [*steps], series.seconds)
        yield from (up, latency, days)

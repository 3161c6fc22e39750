"""Figures of what happens most, as plain numbers that are made ready for Prometheus when it asks.

`prometheus_client` takes a lock for each number and looks through its labels each time. These are counted by the event
loop alone, which needs neither. They read the same.
"""

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class Number:
    """To be counted up by whoever holds it."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class Times:
    """How long something took, each time."""

    __slots__ = ("bounds", "in_bucket", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.in_bucket = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.in_bucket[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class _Family[Child](Collector):
    def __init__(
        self, name: str, documentation: str, labels: Sequence[str], *, registry: CollectorRegistry = REGISTRY
    ) -> None:
        self._name = name
        self._documentation = documentation
        self._labels = labels
        self._children: dict[tuple[str, ...], Child] = {}
        registry.register(self)

    def labels(self, *values: object) -> Child:
        """To be kept by whoever counts, since looking it up costs more than counting."""
        key = tuple(map(str, values))
        if len(key) != len(self._labels):
            raise ValueError(f"{self._name} has the labels {', '.join(self._labels)}")
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._made()
        return child

    @abstractmethod
    def _made(self) -> Child:
        """One that nothing has been counted in."""


class Counters(_Family[Number]):
    _shown_as: type[CounterMetricFamily] | type[GaugeMetricFamily] = CounterMetricFamily

    def _made(self) -> Number:
        return Number()

    def collect(self) -> Iterator[Metric]:
        family = self._shown_as(self._name, self._documentation, labels=self._labels)
        for values, number in list(self._children.items()):
            family.add_metric(values, number.value)
        yield family


class Levels(Counters):
    """What goes up and down."""

    _shown_as = GaugeMetricFamily


class Durations(_Family[Times]):
    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str],
        *,
        buckets: Sequence[float],
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._bounds = tuple(buckets)
        self._names = [*map(floatToGoString, buckets), "+Inf"]
        super().__init__(name, documentation, labels, registry=registry)

    def _made(self) -> Times:
        return Times(self._bounds)

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        for values, times in list(self._children.items()):
            sofar, buckets = 0, []
            for name, number in zip(self._names, times.in_bucket, strict=True):
                sofar += number
                buckets.append((name, sofar))
            family.add_metric(values, buckets, times.total)
        yield family

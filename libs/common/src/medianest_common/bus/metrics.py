"""Counts, durations and a log line per subject pattern. Labels are bound once, because looking them up costs more than
counting."""

import logging
from collections.abc import Callable
from time import perf_counter

from prometheus_client import Counter, Gauge

from medianest_common.bus.handled_lines import handled
from medianest_common.counting import Counters, Durations, Levels

_levels = logging.getLogger(__name__)
"""Asked first: making a line that nobody reads costs as much as any other."""

HANDLED = Counters("medianest_bus_handled_total", "Messages handled", ["kind", "subject", "outcome"])
SECONDS = Durations(
    "medianest_bus_handling_seconds",
    "Time in the handler",
    ["kind", "subject"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
IN_FLIGHT = Levels("medianest_bus_in_flight", "Messages being handled", ["kind", "subject"])
CONSUMER_PENDING = Gauge("medianest_consumer_pending", "Messages not delivered yet", ["stream", "consumer"])
CONSUMER_UNDER_WAY = Gauge(
    "medianest_consumer_under_way", "Messages delivered and not acknowledged", ["stream", "consumer"]
)
CONSUMER_REDELIVERED = Gauge(
    "medianest_consumer_redelivered", "Messages under way that were delivered before", ["stream", "consumer"]
)
BURIED = Counter("medianest_dead_letters_total", "Messages that could not be handled", ["handler"])
OUTBOX_ROWS = Gauge("medianest_outbox_rows", "Rows waiting to be published", ["service"])
OUTBOX_AGE = Gauge("medianest_outbox_oldest_seconds", "Age of the oldest waiting row", ["service"])
OUTBOX_PUBLISHED = Counter("medianest_outbox_published_total", "Rows published", ["service"])


class Observer:
    """`with observer() as outcome:`; call `outcome("CODE")` where the end was not a plain success."""

    def __init__(self, kind: str, subject: str, *, says: str, level: int = logging.INFO) -> None:
        """`says` is the event of the line that is logged, unless what handles it says more of how it failed."""
        self.names = (kind, subject)
        self.says = says
        self.level = level
        self.seconds = SECONDS.labels(kind, subject)
        self.in_flight = IN_FLIGHT.labels(kind, subject)
        self._counters = {"ok": HANDLED.labels(kind, subject, "ok")}

    def __call__(self) -> "_Observation":
        return _Observation(self)

    def count(self, outcome: str) -> None:
        counter = self._counters.get(outcome)
        if counter is None:
            counter = self._counters[outcome] = HANDLED.labels(*self.names, outcome)
        counter.value += 1


class _Observation:
    __slots__ = ("_observer", "_result", "_started")

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._result = "ok"

    def __enter__(self) -> Callable[[str], None]:
        self._started = perf_counter()
        self._observer.in_flight.value += 1
        return self._outcome

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._observer.in_flight.value -= 1
        seconds = perf_counter() - self._started
        self._observer.seconds.add(seconds)
        self._observer.count("retried" if kind else self._result)
        if kind is None and _levels.isEnabledFor(self._observer.level):
            handled(self._observer.level, *self._observer.names, self._result, seconds, self._observer.says)

    def _outcome(self, value: str) -> None:
        self._result = value

"""Counts, durations and a log line per subject pattern. Labels are bound once, because looking them up costs more than
counting."""

import logging
from collections.abc import Callable
from time import perf_counter

import structlog
from prometheus_client import Counter, Gauge, Histogram

log = structlog.get_logger()
_levels = logging.getLogger(__name__)
"""Asked first: making a line that nobody reads costs as much as any other."""

HANDLED = Counter("medianest_bus_handled_total", "Messages handled", ["kind", "subject", "outcome"])
SECONDS = Histogram(
    "medianest_bus_handling_seconds",
    "Time in the handler",
    ["kind", "subject"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
IN_FLIGHT = Gauge("medianest_bus_in_flight", "Messages being handled", ["kind", "subject"])
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
        counter.inc()


class _Observation:
    __slots__ = ("_observer", "_result", "_started")

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._result = "ok"

    def __enter__(self) -> Callable[[str], None]:
        self._started = perf_counter()
        self._observer.in_flight.inc()
        return self._outcome

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._observer.in_flight.dec()
        seconds = perf_counter() - self._started
        self._observer.seconds.observe(seconds)
        self._observer.count("retried" if kind else self._result)
        if kind is None and _levels.isEnabledFor(self._observer.level):
            what, subject = self._observer.names
            ms = round(seconds * 1000, 1)
            log.log(
                self._observer.level,
                self._observer.says,
                kind=what,
                subject=subject,
                outcome=self._result,
                ms=ms,
            )

    def _outcome(self, value: str) -> None:
        self._result = value

"""Counts and durations per subject pattern. Labels are bound once, because looking them up costs more than counting."""

from collections.abc import Callable
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("medianest_bus_handled_total", "Messages handled", ["kind", "subject", "outcome"])
SECONDS = Histogram(
    "medianest_bus_handling_seconds",
    "Time in the handler",
    ["kind", "subject"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
BURIED = Counter("medianest_dead_letters_total", "Messages that could not be handled", ["handler"])
OUTBOX_ROWS = Gauge("medianest_outbox_rows", "Rows waiting to be published", ["service"])
OUTBOX_AGE = Gauge("medianest_outbox_oldest_seconds", "Age of the oldest waiting row", ["service"])
OUTBOX_PUBLISHED = Counter("medianest_outbox_published_total", "Rows published", ["service"])


class Observer:
    """`with observer() as outcome:`; call `outcome("CODE")` where the end was not a plain success."""

    def __init__(self, kind: str, subject: str) -> None:
        self._names = (kind, subject)
        self.seconds = SECONDS.labels(kind, subject)
        self._counters = {"ok": HANDLED.labels(kind, subject, "ok")}

    def __call__(self) -> "_Observation":
        return _Observation(self)

    def count(self, outcome: str) -> None:
        counter = self._counters.get(outcome)
        if counter is None:
            counter = self._counters[outcome] = HANDLED.labels(*self._names, outcome)
        counter.inc()


class _Observation:
    __slots__ = ("_observer", "_result", "_started")

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._result = "ok"

    def __enter__(self) -> Callable[[str], None]:
        self._started = perf_counter()
        return self._outcome

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._observer.seconds.observe(perf_counter() - self._started)
        self._observer.count("retried" if kind else self._result)

    def _outcome(self, value: str) -> None:
        self._result = value

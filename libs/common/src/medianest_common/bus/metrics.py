"""Counts and durations per subject pattern. Labels are bound once, because looking them up costs more than counting."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("medianest_bus_handled_total", "Messages handled", ["kind", "subject", "outcome"])
SECONDS = Histogram(
    "medianest_bus_handling_seconds",
    "Time in the handler",
    ["kind", "subject"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
OUTBOX_ROWS = Gauge("medianest_outbox_rows", "Rows waiting to be published", ["service"])
OUTBOX_AGE = Gauge("medianest_outbox_oldest_seconds", "Age of the oldest waiting row", ["service"])
OUTBOX_PUBLISHED = Counter("medianest_outbox_published_total", "Rows published", ["service"])

type Observer = Callable[[], AbstractContextManager[Callable[[str], None]]]


def observer(kind: str, subject: str) -> Observer:
    """Use as `with observe() as outcome:`; call `outcome("CODE")` where the end was not a plain success."""
    seconds = SECONDS.labels(kind, subject)
    succeeded = HANDLED.labels(kind, subject, "ok")

    @contextmanager
    def observe() -> Iterator[Callable[[str], None]]:
        result = "ok"

        def outcome(value: str) -> None:
            nonlocal result
            result = value

        started = perf_counter()
        try:
            yield outcome
        except BaseException:
            result = "retried"
            raise
        finally:
            seconds.observe(perf_counter() - started)
            counter = succeeded if result == "ok" else HANDLED.labels(kind, subject, result)
            counter.inc()

    return observe

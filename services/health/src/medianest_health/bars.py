"""Bars over a window of time, made of roll-ups that are as wide or narrower."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.history import Figures, HistoryBar, HistoryWindow
from medianest_health import latencies
from medianest_health.models import Rollup
from medianest_health.uptime import DAY, FINE, HOUR, start_of_bucket

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Scale:
    """`bar` is a multiple of `source`, the width of the roll-ups that it is made of."""

    window: timedelta
    bar: int
    source: int


SCALES = {
    HistoryWindow.DAY: Scale(timedelta(days=1), FINE, FINE),
    HistoryWindow.WEEK: Scale(timedelta(days=7), HOUR, HOUR),
    HistoryWindow.MONTH: Scale(timedelta(days=30), 6 * HOUR, HOUR),
    HistoryWindow.QUARTER: Scale(timedelta(days=90), DAY, DAY),
}


@dataclass(slots=True)
class Sum:
    up: float = 0.0
    down: float = 0.0
    maintenance: float = 0.0
    counts: list[Sequence[int] | None] = field(default_factory=list)

    def add(self, rollup: Rollup, *, share: float = 1.0) -> None:
        self.up += rollup.up_seconds * share
        self.down += rollup.down_seconds * share
        self.maintenance += rollup.maintenance_seconds * share
        self.counts.append(rollup.latencies)

    @property
    def state(self) -> MonitorState:
        known = self.up + self.down
        if not known:
            return MonitorState.MAINTENANCE if self.maintenance else MonitorState.UNKNOWN
        if not self.down:
            return MonitorState.UP
        return MonitorState.DOWN if self.down >= known * _HALF else MonitorState.DEGRADED

    def figures(self, *, seconds: float) -> Figures:
        measured = self.up + self.down + self.maintenance
        counts = latencies.added(self.counts)
        return Figures(
            up_seconds=round(self.up, 3),
            down_seconds=round(self.down, 3),
            maintenance_seconds=round(self.maintenance, 3),
            coverage=min(1.0, measured / seconds) if seconds > 0 else 0.0,
            p50=latencies.percentile(counts, 0.5),
            p95=latencies.percentile(counts, 0.95),
            p99=latencies.percentile(counts, 0.99),
        )


def bars_of(rollups: Sequence[Rollup], scale: Scale, *, now: datetime) -> Iterator[HistoryBar]:
    sums: dict[datetime, Sum] = {}
    for rollup in rollups:
        sums.setdefault(start_of_bucket(rollup.bucket, scale.bar), Sum()).add(rollup)
    start, width = first_bar(scale, now=now), timedelta(seconds=scale.bar)
    while start < now:
        found = sums.get(start, Sum())
        figures = found.figures(seconds=(min(start + width, now) - start).total_seconds())
        yield HistoryBar(start=start, state=found.state, **figures.model_dump(by_alias=False))
        start += width


def total_of(rollups: Iterable[Rollup], scale: Scale, *, now: datetime) -> tuple[Figures, float | None]:
    """And the uptime. The oldest roll-up counts by the share of it that lies inside the window."""
    since, total = now - scale.window, Sum()
    for rollup in rollups:
        inside = (rollup.bucket - since).total_seconds() + scale.source
        if inside > 0:
            total.add(rollup, share=min(1.0, inside / scale.source))
    known = total.up + total.down
    return total.figures(seconds=scale.window.total_seconds()), total.up / known if known else None


def first_bar(scale: Scale, *, now: datetime) -> datetime:
    return start_of_bucket(now - scale.window, scale.bar)

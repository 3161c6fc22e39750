"""From single results to five minutes: pure arithmetic, so that doing it again gives the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from medianest_common.contracts.health import MonitorState
from medianest_health import latencies
from medianest_health.uptime import FINE, start_of_bucket

type Counted = Literal["up", "down", "maintenance"] | None

COUNTED: dict[MonitorState, Counted] = {
    MonitorState.UP: "up",
    MonitorState.DEGRADED: "up",
    MonitorState.AUTH: "up",
    MonitorState.DOWN: "down",
    MonitorState.MAINTENANCE: "maintenance",
}
"""What the time after a check counts as; after others nothing is known."""


class Look(NamedTuple):
    """A stored result, as far as time and latency go."""

    at: datetime
    counted: Counted
    holds_seconds: float
    latency_ms: float | None = None
    """Of those that answered."""


@dataclass(slots=True)
class Bucket:
    """Measured seconds within the five minutes that begin at `start`; what is missing from them was not measured."""

    start: datetime
    up: float = 0.0
    down: float = 0.0
    maintenance: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def latencies(self) -> list[int]:
        return latencies.count(self.took)

    def add(self, counted: Counted, seconds: float) -> None:
        if counted == "up":
            self.up += seconds
        elif counted == "down":
            self.down += seconds
        elif counted == "maintenance":
            self.maintenance += seconds


def roll(looks: Sequence[Look], *, since: datetime, until: datetime) -> list[Bucket]:
    """What the looks at one monitor, by time, say of the time from `since`, where a bucket begins, up to `until`.

    Each speaks for the time up to the next one, but no longer than it holds. The first may lie before `since`.
    Every bucket that any of them speaks for is there, be it with nothing in it.
    """
    buckets: dict[datetime, Bucket] = {}
    for number, look in enumerate(looks):
        following = looks[number + 1].at if number + 1 < len(looks) else until
        end = min(following, until, look.at + timedelta(seconds=look.holds_seconds))
        start = max(look.at, since)
        while start < end:
            bucket = _bucket(buckets, start)
            stop = min(end, bucket.start + timedelta(seconds=FINE))
            bucket.add(look.counted, (stop - start).total_seconds())
            start = stop
        if since <= look.at < until and look.latency_ms is not None:
            _bucket(buckets, look.at).took.append(look.latency_ms)
    return sorted(buckets.values(), key=lambda bucket: bucket.start)


def _bucket(buckets: dict[datetime, Bucket], moment: datetime) -> Bucket:
    start = start_of_bucket(moment, FINE)
    return buckets.setdefault(start, Bucket(start))

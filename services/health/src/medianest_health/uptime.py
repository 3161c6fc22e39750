"""Uptime by time: how long it was up out of how long that is known. A gap is neither up nor down."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from medianest_common.contracts.health import MonitorState
from medianest_health.verdict import HOLD

HOUR, DAY = 3600, 86_400
_UP = (MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH)


class Measured(NamedTuple):
    """Seconds within one hour or day, named by its width and its start in UTC."""

    width: int
    bucket: datetime
    up: float
    down: float


def measured(state: MonitorState, *, since: datetime, until: datetime) -> Iterator[Measured]:
    """What a check at `since` that left `state` behind says about the time until the next one, by hour and by day.

    It speaks for `HOLD` at most. States other than up and down say nothing.
    """
    if state is not MonitorState.DOWN and state not in _UP:
        return
    end = min(until, since + HOLD)
    for width in (HOUR, DAY):
        start = since
        while start < end:
            bucket = start_of_bucket(start, width)
            stop = min(end, bucket + timedelta(seconds=width))
            seconds = (stop - start).total_seconds()
            is_down = state is MonitorState.DOWN
            yield Measured(width, bucket, 0.0 if is_down else seconds, seconds if is_down else 0.0)
            start = stop


def start_of_bucket(moment: datetime, width: int) -> datetime:
    seconds = int(moment.timestamp()) // width * width
    return datetime.fromtimestamp(seconds, UTC)

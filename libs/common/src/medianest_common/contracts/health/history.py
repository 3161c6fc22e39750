"""How a monitor was, over one of four windows of time that all end now."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Contract, Query, Timestamp
from medianest_common.contracts.health.monitors import MonitorState


class HistoryWindow(StrEnum):
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"


class Figures(Contract):
    """Of some stretch of time. Percentiles are over checks that got an answer, in milliseconds."""

    up_seconds: float
    down_seconds: float
    maintenance_seconds: float
    coverage: float
    """Share of it, so far, that was measured or spent in maintenance; what is missing is neither up nor down."""
    p50: float | None
    p95: float | None
    p99: float | None


class HistoryBar(Figures):
    start: Timestamp
    state: MonitorState
    """For its colour: unknown where nothing was measured, degraded where it was down for less than half of it."""


class MonitorHistory(Contract):
    monitor_id: UUID
    window: HistoryWindow
    since: Timestamp
    until: Timestamp
    bar_seconds: int
    bars: list[HistoryBar]
    """Without holes, oldest first; the last one is not over yet, and the first begins at `since` or before."""
    total: Figures
    """Of the window alone."""
    uptime: float | None
    """Share of 1 by time; None where nothing was measured."""


class GetMonitorHistory(Query[MonitorHistory]):
    id: UUID
    window: HistoryWindow = HistoryWindow.DAY

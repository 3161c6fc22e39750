import math
from collections.abc import Sequence
from datetime import timedelta

from medianest_common.bus.context import current
from medianest_common.contracts.health import MonitorStatus
from medianest_common.contracts.health.pages import BadgeFacts, BadgeTone, BadgeType, PublicState, ReadBadge
from medianest_health.app import HealthApp
from medianest_health.errors import MonitorNotFound
from medianest_health.latencies import added, percentile
from medianest_health.mapping import as_status
from medianest_health.publishing import said
from medianest_health.repository import one_on_board
from medianest_health.repository.pages import PublicReads
from medianest_health.uptime import DAY, HOUR

_UPTIME = {"24h": "day", "7d": "week", "30d": "month", "90d": "quarter"}
_LATENCY = {
    "24h": (HOUR, timedelta(hours=24)),
    "7d": (HOUR, timedelta(days=7)),
    "30d": (DAY, timedelta(days=30)),
    "90d": (DAY, timedelta(days=90)),
}
_TONES = {
    PublicState.UP: BadgeTone.GOOD,
    PublicState.DEGRADED: BadgeTone.FAIR,
    PublicState.DOWN: BadgeTone.BAD,
}
_UNKNOWN = "unknown"


async def read_badge(app: HealthApp, query: ReadBadge) -> BadgeFacts:
    """Raises `MonitorNotFound` for what neither stands on a published page nor is for the caller's eyes."""
    caller, now = current().caller, app.clock.now()
    async with app.db.read() as connection:
        reads = PublicReads(connection)
        published = await reads.is_published(query.id)
        if not published and caller is None:
            raise MonitorNotFound()
        sees_all = published or (caller is not None and caller.is_admin)
        row = await one_on_board(connection, query.id, for_admin=sees_all)
        if row is None:
            raise MonitorNotFound()
        if query.type is BadgeType.LATENCY:
            width, span = _LATENCY[query.window]
            counts = await reads.latencies(query.id, width=width, since=now - span)
            return _latency(counts, query, published=published)
    return _state_or_uptime(as_status(row, now=now), query, published=published)


def _state_or_uptime(status: MonitorStatus, query: ReadBadge, *, published: bool) -> BadgeFacts:
    if query.type is BadgeType.STATUS:
        state = said(status.status)
        tone = _TONES.get(state, BadgeTone.NEUTRAL)
        return BadgeFacts(label="status", value=state.value, tone=tone, published=published)
    share: float | None = getattr(status.uptime, _UPTIME[query.window])
    value, tone = _UNKNOWN, BadgeTone.NEUTRAL
    if share is not None:
        # Never rounded up to a hundred.
        value = f"{math.floor(share * 10_000 + 1e-6) / 100:g}%"
        tone = BadgeTone.GOOD if share >= 0.99 else BadgeTone.FAIR if share >= 0.95 else BadgeTone.BAD
    return BadgeFacts(label=f"uptime {query.window}", value=value, tone=tone, published=published)


def _latency(counts: Sequence[list[int] | None], query: ReadBadge, *, published: bool) -> BadgeFacts:
    """Half of the checks took no longer."""
    median = percentile(added(counts), 0.5)
    value, tone = _UNKNOWN, BadgeTone.NEUTRAL
    if median is not None:
        value = f"{median:.0f} ms"
        tone = BadgeTone.GOOD if median < 500 else BadgeTone.FAIR if median < 2000 else BadgeTone.BAD
    return BadgeFacts(label=f"response {query.window}", value=value, tone=tone, published=published)

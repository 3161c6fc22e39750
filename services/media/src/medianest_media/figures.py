"""What Prometheus sees of requests."""

from datetime import datetime

from prometheus_client import Counter, Histogram

from medianest_common.contracts.media import RequestStatus
from medianest_common.db import Transaction
from medianest_media.models import Request

_HOUR = 3600.0
_DAY = 24 * _HOUR
MOVES = Counter("medianest_request_moves_total", "Requests by the state they came into.", ["status"])
WAITED = Histogram(
    "medianest_request_available_seconds",
    "From the wish to the moment it could be watched.",
    ["media_type"],
    buckets=(600, _HOUR, 6 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY, 180 * _DAY),
)


def moved(tx: Transaction, request: Request, to: RequestStatus, *, now: datetime, quiet: bool) -> None:
    """Counted once it is committed. What is `quiet` had happened long before, so it says nothing of waiting."""
    waited = (now - request.created_at).total_seconds() if request.created_at else None
    kind = request.media_type

    async def count() -> None:
        MOVES.labels(to.value).inc()
        if to is RequestStatus.AVAILABLE and waited is not None and not quiet:
            WAITED.labels(kind).observe(waited)

    tx.after_commit(count)

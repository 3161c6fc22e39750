"""How many requests there are in each state: everybody's for an administrator, one's own otherwise."""

from collections import Counter
from collections.abc import Sequence

from prometheus_client import Gauge

from medianest_common.bus import require_caller
from medianest_common.contracts.media import CountRequests, MediaType, RequestCounts, RequestStatus
from medianest_media.app import MediaApp
from medianest_media.repository import read_counts

REQUESTS = Gauge(
    "medianest_requests", "Requests by state, as the replica that leads counts them.", ["status"]
)


async def count_requests(app: MediaApp, query: CountRequests) -> RequestCounts:
    caller = require_caller()
    everybodys = caller.is_admin and not query.mine
    async with app.db.read() as connection:
        rows = await read_counts(connection, user_id=None if everybodys else caller.user_id)
    return to_counts(rows)


async def show_counts(app: MediaApp) -> None:
    """To Prometheus."""
    async with app.db.read() as connection:
        counts = to_counts(await read_counts(connection, user_id=None))
    for status in RequestStatus:
        REQUESTS.labels(status.value).set(getattr(counts, status.value))


def to_counts(rows: Sequence[tuple[str, str, int]]) -> RequestCounts:
    """Of rows of media type, status and number."""
    numbers: Counter[str] = Counter()
    for media_type, status, n in rows:
        numbers[media_type] += n
        numbers[status] += n
        numbers["total"] += n
    names = ("total", *(kind.value for kind in MediaType), *(status.value for status in RequestStatus))
    return RequestCounts(**{name: numbers[name] for name in names})

"""What became of notifications on the way to people's channels, for Prometheus."""

from collections import Counter as Tally
from collections.abc import Iterable
from typing import Any

from prometheus_client import Counter
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import DeliveryState

DELIVERIES = Counter(
    "medianest_deliveries",
    "Deliveries to channels by what became of them: sent, failed (given up), suppressed, or retried.",
    ["kind", "outcome"],
)
_OUTCOMES = {
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.SUPPRESSED: "suppressed",
    DeliveryState.QUEUED: "retried",
}


def count(session: AsyncSession, became: Iterable[tuple[str, str]]) -> None:
    """Kinds and states; counted once they are committed, and not at all otherwise."""
    tally = Tally((ChannelKind(kind).value, _OUTCOMES[DeliveryState(state)]) for kind, state in became)
    if not tally:
        return

    def committed(_: Any) -> None:
        for (kind, outcome), times in tally.items():
            DELIVERIES.labels(kind, outcome).inc(times)

    event.listen(session.sync_session, "after_commit", committed, once=True)

"""Administrators hear of a backup that failed, and that it goes on again, as of any system that complains: once, and
again after a day."""

import json
from typing import TYPE_CHECKING

import structlog

from medianest.embedded.servers import urls_of_running
from medianest.errors import SetupError
from medianest.operator_bus import operator_connection
from medianest_common.clock import Clock, uuid7
from medianest_common.seeds import OPERATOR
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from medianest_common.contracts.health.webhooks import ReceiveWebhook

log = structlog.get_logger()

INSTANCE = "MediaNest backup"


async def tell_administrators(settings: Settings, *, problem: str | None, clock: Clock) -> None:
    """`problem` in words; None where it went well. A bus that is away is in the log, and on everybody's screen; where
    nothing runs, whoever stopped it made the backup."""
    import nats.errors

    from medianest_common.bus import Bus
    from medianest_common.errors import MediaNestError

    try:
        if (present := on_the_bus(settings)) is None:
            return
        async with operator_connection(present) as client:
            await Bus(client, service=OPERATOR, clock=clock).enqueue_now(_said(problem, clock=clock))
    except (nats.errors.Error, MediaNestError, SetupError, OSError) as error:
        log.warning("backup_not_told", error=type(error).__name__)


def on_the_bus(settings: Settings) -> Settings | None:
    """With the address of the bus, which servers of our own have only while they run; None where nothing runs."""
    if settings.nats_url:
        return settings
    if (running := urls_of_running(settings.data_dir)) is None:
        return None
    return settings.model_copy(
        update={"nats_url": running.nats_url, "nats_seeds_dir": running.nats_seeds_dir}
    )


def _said(problem: str | None, *, clock: Clock) -> "ReceiveWebhook":
    from medianest_common.contracts.health.webhooks import ReceiveWebhook, WebhookSource

    body = {
        "event": "Health" if problem else "HealthRestored",
        "instanceName": INSTANCE,
        "type": "Backup",
        "level": "error",
        "message": problem or "A backup was made.",
    }
    return ReceiveWebhook(
        source=WebhookSource.GENERIC,
        name="backup",
        delivery_id=str(uuid7()),
        body=json.dumps(body),
        received_at=clock.now(),
    )

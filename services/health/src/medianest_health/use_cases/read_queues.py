"""Streams, who reads them, what waits to be told, and what could not be handled: asked at this moment."""

import asyncio

from medianest_common.contracts.health.queues import Queues, QueueStream
from medianest_common.contracts.platform import Outbox, OutboxReport, outbox_subject
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import SERVICES
from medianest_health.app import HealthApp
from medianest_health.repository.dead_letters import counts
from medianest_health.streams import look_at_streams

_ANSWER_SECONDS = 2.0


async def read_queues(app: HealthApp) -> Queues:
    streams, reports = await asyncio.gather(
        _streams(app), asyncio.gather(*(_outbox(app, service) for service in SERVICES))
    )
    async with app.db.read() as connection:
        dead_letters = await counts(connection)
    outboxes: list[Outbox] = [report.outbox for report in reports if report and report.outbox]
    silent = [
        service
        for service, report in zip(SERVICES, reports, strict=True)
        if report is None or not report.is_known
    ]
    return Queues(streams=streams, outboxes=outboxes, silent=silent, dead_letters=dead_letters)


async def _streams(app: HealthApp) -> list[QueueStream] | None:
    try:
        return await look_at_streams(app.bus)
    except (MediaNestError, TimeoutError):
        return None


async def _outbox(app: HealthApp, service: str) -> OutboxReport | None:
    try:
        answer = await app.bus.ask(outbox_subject(service), timeout=_ANSWER_SECONDS)
    except MediaNestError:
        return None
    return OutboxReport.model_validate_json(answer)

"""By the clock: people are told what systems complain of, once it has lasted, and that it is over, once it is calm."""

from datetime import datetime

import structlog

from medianest_common.contracts.health import webhooks as told
from medianest_common.db import Transaction
from medianest_health.app import HealthApp
from medianest_health.models import Complaint, ComplaintRound
from medianest_health.repository.complaints import ComplaintRounds, Complaints
from medianest_health.use_cases.hear_grievance import is_untold, rank

log = structlog.get_logger()

_MOST_TOLD = 20


async def tell_complaints(app: HealthApp) -> None:
    while True:
        async with app.db.transaction() as tx:
            complaint_round = await ComplaintRounds(tx.session).due(now=app.clock.now())
            if complaint_round is None:
                return
            await _decide(tx, complaint_round, now=app.clock.now())


async def _decide(tx: Transaction, complaint_round: ComplaintRound, *, now: datetime) -> None:
    complaints = await Complaints(tx.session).of(complaint_round)
    open_ones = [each for each in complaints if each.restored_at is None]
    complaint_round.due_at = None
    if any(map(is_untold, open_ones)):
        for each in open_ones:
            each.told_level, each.told_at = each.level, now
        complaint_round.told_at = now
        tx.emit(
            told.SystemComplained(
                source=told.WebhookSource(complaint_round.source),
                instance=complaint_round.instance,
                complaints=_gravest(open_ones),
                at=now,
            )
        )
        log.info("complaints_told", source=complaint_round.source, number=len(open_ones))
    elif complaint_round.told_at is None and complaint_round.restless:
        complaint_round.ended_at = now
    elif complaint_round.told_at is None:
        # Over before it was worth a word, and so is that it has been.
        await tx.session.delete(complaint_round)
    elif not open_ones:
        complaint_round.ended_at = now
        were = [each for each in complaints if each.told_level]
        tx.emit(
            told.SystemRecovered(
                source=told.WebhookSource(complaint_round.source),
                instance=complaint_round.instance,
                complaints=_gravest(were),
                at=now,
                since=complaint_round.opened_at,
                restored_at=max(each.restored_at for each in complaints if each.restored_at),
            )
        )
        log.info("complaints_over", source=complaint_round.source, number=len(were))


def _gravest(complaints: list[Complaint]) -> list[told.Complaint]:
    """The gravest first."""
    by_weight = sorted(complaints, key=lambda each: -rank(each.level))
    return [
        told.Complaint(kind=each.kind, level=told.Level(each.level), message=each.message, since=each.since)
        for each in by_weight[:_MOST_TOLD]
    ]

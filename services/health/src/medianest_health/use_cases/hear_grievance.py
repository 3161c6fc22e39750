"""A system says that something is wrong with it, or no longer is. A dead indexer is dead many times in a night, so what
is told of it is decided by and by: `tell_complaints`."""

from datetime import datetime, timedelta

from medianest_common.contracts.health.webhooks import Level, WebhookSource
from medianest_common.db import Transaction
from medianest_health.adapters.webhooks.heard import Grievance
from medianest_health.models import Complaint, ComplaintRound
from medianest_health.repository.complaints import ComplaintRounds, Complaints

GATHERED_FOR = timedelta(minutes=5)
"""What comes up within that time is told together, and what is over by then not at all."""
CALM_FOR = timedelta(minutes=15)
"""So long all has to be well before that is told."""
RESTLESS_FOR = timedelta(hours=1)
"""The same for what has come back; and what comes back within that time after its end waits so long to be told."""
TOLD_AGAIN_AFTER = timedelta(hours=24)
"""Nobody repeats that it is over, so it may never have been heard."""
_SKEW = timedelta(minutes=1)
_RANKS = {level: rank for rank, level in enumerate(Level)}


def rank(level: str | None) -> int:
    return _RANKS[Level(level)] if level else -1


def is_untold(complaint: Complaint) -> bool:
    return rank(complaint.told_level) < rank(complaint.level)


async def hear_grievance(
    tx: Transaction,
    grievance: Grievance,
    *,
    source: WebhookSource,
    instance: str,
    severity: Level,
    at: datetime,
    now: datetime,
) -> None:
    """If it is grave enough. Of two about the same thing the later one holds, unless a clock was set back meanwhile."""
    complaints = Complaints(tx.session)
    # That something is over may be told at another level than it had.
    is_light = rank(grievance.level) < rank(severity)
    if is_light and not (grievance.is_over and await complaints.holds(source, instance, grievance.kind)):
        return
    complaint_round = await ComplaintRounds(tx.session).join(
        source, instance, at=at, due_at=at + GATHERED_FOR
    )
    known = next(iter(await complaints.of(complaint_round, kind=grievance.kind)), None)
    if known is not None and at <= known.heard_at <= now + _SKEW:
        return
    if grievance.is_over:
        await _over(complaints, complaint_round, known, grievance, at=at)
    else:
        await _raised(complaints, complaint_round, known, grievance, at=at)


async def _raised(
    complaints: Complaints,
    complaint_round: ComplaintRound,
    known: Complaint | None,
    grievance: Grievance,
    *,
    at: datetime,
) -> None:
    if complaint_round.ended_at is not None:
        came_back = known is not None and at - complaint_round.ended_at < RESTLESS_FOR
        await complaints.forget_all_of(complaint_round)
        _begin_anew(complaint_round, restless=came_back, at=at)
        known = None
    if known is None:
        known = await complaints.add(_complaint(complaint_round, grievance, at=at))
    elif known.restored_at is not None:
        known.since, known.restored_at = at, None
        complaint_round.restless = complaint_round.restless or complaint_round.told_at is not None
    if known.told_at is not None and at - known.told_at >= TOLD_AGAIN_AFTER:
        known.told_level = None
    known.level, known.message, known.heard_at = grievance.level.value, grievance.message, at
    await _plan(complaints, complaint_round, at=at)


def _begin_anew(complaint_round: ComplaintRound, *, restless: bool, at: datetime) -> None:
    complaint_round.opened_at, complaint_round.told_at, complaint_round.ended_at = at, None, None
    complaint_round.restless = restless
    complaint_round.due_at = at + (RESTLESS_FOR if restless else GATHERED_FOR)


async def _over(
    complaints: Complaints,
    complaint_round: ComplaintRound,
    known: Complaint | None,
    grievance: Grievance,
    *,
    at: datetime,
) -> None:
    """With the words and the level that it had. One whose beginning has still to arrive is known to be over already."""
    if complaint_round.ended_at is not None:
        return
    if known is None:
        known = await complaints.add(_complaint(complaint_round, grievance, at=at))
    if known.restored_at is None:
        known.restored_at = at
    known.heard_at = at
    await _plan(complaints, complaint_round, at=at)


async def _plan(complaints: Complaints, complaint_round: ComplaintRound, *, at: datetime) -> None:
    """When there is something to decide next. As long as nothing is told, that is once enough has been gathered."""
    if complaint_round.told_at is None:
        return
    open_ones = [each for each in await complaints.of(complaint_round) if each.restored_at is None]
    untold = [each.heard_at for each in open_ones if is_untold(each)]
    if untold:
        complaint_round.due_at = min(untold) + GATHERED_FOR
    elif open_ones:
        complaint_round.due_at = None
    else:
        complaint_round.due_at = at + (RESTLESS_FOR if complaint_round.restless else CALM_FOR)


def _complaint(complaint_round: ComplaintRound, grievance: Grievance, *, at: datetime) -> Complaint:
    return Complaint(
        source=complaint_round.source,
        instance=complaint_round.instance,
        kind=grievance.kind,
        level=grievance.level.value,
        message=grievance.message,
        since=at,
        heard_at=at,
        restored_at=None,
        told_level=None,
        told_at=None,
    )

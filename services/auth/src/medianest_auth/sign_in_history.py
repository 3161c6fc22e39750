"""What is kept of somebody's sign-ins and presence, and what stands out in it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_auth.models import ActiveDay, Session, SignInAttempt
from medianest_common.contracts.auth.history import Unusual, UnusualReason
from medianest_common.db import Transaction

MANY_FAILURES = 5
_RECENT = timedelta(days=1)
_WORDS = {
    Unusual.NEW_DEVICE: "From a browser that had not been used for this account before.",
    Unusual.NEW_NETWORK: "From a network that this account had not been used from before.",
    Unusual.AFTER_FAILURES: f"After {MANY_FAILURES} or more failed attempts within a day.",
}


def in_words(codes: list[str]) -> list[UnusualReason]:
    known = [Unusual(code) for code in codes if code in set(Unusual)]
    return [UnusualReason(code=code, text=_WORDS[code]) for code in known]


async def what_is_unusual(
    tx: Transaction, user_id: UUID, *, network: str, new_device: bool, now: datetime
) -> list[Unusual]:
    """About a sign-in that is right. The hour is no reason: few people sign in often enough to have habits."""
    mine = SignInAttempt.user_id == user_id
    right = SignInAttempt.result == "ok"
    here_before = or_(
        select(SignInAttempt.id).where(mine, right, SignInAttempt.network == network).exists(),
        select(Session.id).where(Session.user_id == user_id, Session.place == network).exists(),
    )
    last_right = select(func.max(SignInAttempt.at)).where(mine, right).scalar_subquery()
    failures = (
        select(SignInAttempt.id)
        .where(
            mine,
            SignInAttempt.result == "refused",
            SignInAttempt.at > func.greatest(now - _RECENT, last_right),
        )
        .limit(MANY_FAILURES)
        .subquery()
    )
    counted = select(func.count()).select_from(failures).scalar_subquery()
    been, known_network, failed = (await tx.session.execute(select(last_right, here_before, counted))).one()
    reasons = [Unusual.NEW_DEVICE] * new_device
    if been and network and not known_network:
        reasons.append(Unusual.NEW_NETWORK)
    if failed >= MANY_FAILURES:
        reasons.append(Unusual.AFTER_FAILURES)
    return reasons


async def note_presence(tx: Transaction, user_id: UUID, *, now: datetime) -> None:
    """Once a day is enough."""
    statement = upsert(ActiveDay).values(user_id=user_id, day=now.date()).on_conflict_do_nothing()
    await tx.session.execute(statement)

"""A message could not be handled: it is written down, and administrators are told, once an hour of a handler."""

from datetime import timedelta
from uuid import UUID

from medianest_common.bus.context import CORRELATION
from medianest_common.bus.dead_letters import DeadLetter
from medianest_common.bus.wire import EVENT_ID
from medianest_common.contracts.health.queues import DeadLetterFound, DeadLetterState
from medianest_common.db import Transaction
from medianest_health.app import HealthApp
from medianest_health.repository.dead_letters import DeadLetters, Notices

TOLD_APART = timedelta(hours=1)
_LONGEST_NAME = 200


async def hear_dead_letter(app: HealthApp, letter: DeadLetter) -> None:
    handler, reason = letter.handler[:_LONGEST_NAME], letter.reason.replace("\x00", "")
    values = {
        "seq": letter.seq,
        "buried_at": letter.buried_at,
        "subject": letter.subject[:_LONGEST_NAME],
        "service": letter.service[:_LONGEST_NAME],
        "handler": handler,
        "reason": reason,
        "attempts": letter.attempts,
        "retries": letter.retries,
        "message_id": _id(letter.headers.get(EVENT_ID)),
        "correlation_id": letter.headers.get(CORRELATION, "")[:_LONGEST_NAME] or None,
        "bytes": len(letter.body),
        "state": DeadLetterState.WAITING.value,
        "settled_at": None,
    }
    async with app.db.transaction() as tx:
        if not await DeadLetters(tx.session).hear(values) or letter.told:
            return
        await Notices(tx.session).add_one(handler, reason=reason)
        await _tell(app, tx, handler=handler)


async def tell_dead_letters(app: HealthApp) -> None:
    """Of those that came within the hour after the last telling."""
    async with app.db.transaction() as tx:
        await _tell(app, tx)


async def _tell(app: HealthApp, tx: Transaction, *, handler: str | None = None) -> None:
    now = app.clock.now()
    for notice in await Notices(tx.session).due(now=now, apart=TOLD_APART, handler=handler):
        tx.emit(
            DeadLetterFound(
                handler=notice.handler,
                handler_service=notice.handler.partition("__")[0],
                reason=notice.reason,
                count=notice.untold,
                waiting=await DeadLetters(tx.session).waiting_for(notice.handler),
            )
        )
        notice.told_at, notice.untold, notice.reason = now, 0, ""


def _id(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None

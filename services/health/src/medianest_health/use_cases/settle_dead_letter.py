"""An administrator gives a message to its handler once more, or lets it go. Whoever comes second changes nothing."""

from medianest_common.bus.dead_letters import read_letter
from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.queues import (
    DeadLetter,
    DeadLetterState,
    LetterPlace,
    RemoveDeadLetters,
)
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.errors import DeadLetterNotFound, DeadLetterSettled, NotRetryable
from medianest_health.repository.dead_letters import DeadLetters, letter
from medianest_health.retrying import obstacle, send_again


async def retry_dead_letter(app: HealthApp, seq: int) -> DeadLetter:
    """Nobody else hears it again. Should it fail once more, that is a new dead letter."""
    known = await _known(app, seq)
    if known.state is DeadLetterState.WAITING:
        found = await read_letter(app.bus.js, seq=seq, buried_at=known.buried_at)
        if found is None:
            await _forget(app, seq)
            raise DeadLetterNotFound("It has gone from the bus.")
        if problem := await obstacle(app, found):
            raise NotRetryable(problem)
        async with app.db.transaction() as tx:
            if await DeadLetters(tx.session).settle([seq], DeadLetterState.RETRIED, at=app.clock.now()):
                send_again(tx, found)
                tx.enqueue(RemoveDeadLetters(letters=[_place(known)]))
                internals_decided(tx, InternalsDecision.DEAD_LETTERS_RETRY, f"dead_letter:{seq}")
    return await _settled(app, seq, DeadLetterState.RETRIED)


async def drop_dead_letter(app: HealthApp, seq: int) -> DeadLetter:
    known = await _known(app, seq)
    if known.state is DeadLetterState.WAITING:
        async with app.db.transaction() as tx:
            if await DeadLetters(tx.session).settle([seq], DeadLetterState.DROPPED, at=app.clock.now()):
                tx.enqueue(RemoveDeadLetters(letters=[_place(known)]))
                internals_decided(tx, InternalsDecision.DEAD_LETTERS_DROP, f"dead_letter:{seq}")
    return await _settled(app, seq, DeadLetterState.DROPPED)


async def _known(app: HealthApp, seq: int) -> DeadLetter:
    async with app.db.read() as connection:
        known = await letter(connection, seq)
    if known is None:
        raise DeadLetterNotFound("It may have been cleared away: dead letters are kept for 30 days.")
    return known


async def _settled(app: HealthApp, seq: int, wanted: DeadLetterState) -> DeadLetter:
    present = await _known(app, seq)
    if present.state is not wanted:
        raise DeadLetterSettled(f"It was {present.state.value} already.", state=present.state.value)
    return present


async def _forget(app: HealthApp, seq: int) -> None:
    async with app.db.transaction() as tx:
        await DeadLetters(tx.session).forget_gone([seq])


def _place(known: DeadLetter) -> LetterPlace:
    return LetterPlace(seq=known.seq, buried_at=known.buried_at)

"""The same for many at once, some at a time."""

import asyncio
from collections.abc import Sequence

from medianest_common.bus.dead_letters import DeadLetter, is_handled, read_letter
from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.queues import (
    DeadLetterFilter,
    DeadLettersSettled,
    DeadLetterState,
    LetterPlace,
    RemoveDeadLetters,
)
from medianest_common.errors import FieldError, Invalid
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.repository.dead_letters import DeadLetters, matching, places
from medianest_health.retrying import send_again

MOST = 200
MOST_BYTES = 8 << 20
_AT_A_TIME = 8


async def retry_dead_letters(app: HealthApp, which: DeadLetterFilter) -> DeadLettersSettled:
    chosen, next_after = await _chosen(app, which)
    found = await _read(app, chosen)
    handled = await _handled(app, found)
    hindered = {letter.seq for letter in found if letter.text() is None or _pair(letter) not in handled}
    possible = {letter.seq: letter for letter in found if letter.seq not in hindered}
    async with app.db.transaction() as tx:
        letters = DeadLetters(tx.session)
        await letters.forget_gone({place.seq for place in chosen} - {letter.seq for letter in found})
        settled = await letters.settle(possible, DeadLetterState.RETRIED, at=app.clock.now())
        for seq in sorted(settled):
            send_again(tx, possible[seq])
        if settled:
            tx.enqueue(RemoveDeadLetters(letters=[place for place in chosen if place.seq in settled]))
            internals_decided(tx, InternalsDecision.DEAD_LETTERS_RETRY, _about(settled))
    return DeadLettersSettled(settled=len(settled), skipped=len(hindered), next_after=next_after)


async def drop_dead_letters(app: HealthApp, which: DeadLetterFilter) -> DeadLettersSettled:
    chosen, next_after = await _chosen(app, which)
    async with app.db.transaction() as tx:
        seqs = [place.seq for place in chosen]
        settled = await DeadLetters(tx.session).settle(seqs, DeadLetterState.DROPPED, at=app.clock.now())
        if settled:
            tx.enqueue(RemoveDeadLetters(letters=[place for place in chosen if place.seq in settled]))
            internals_decided(tx, InternalsDecision.DEAD_LETTERS_DROP, _about(settled))
    return DeadLettersSettled(settled=len(settled), skipped=0, next_after=next_after)


async def _chosen(app: HealthApp, which: DeadLetterFilter) -> tuple[Sequence[LetterPlace], int | None]:
    """And after which to go on, where there are more."""
    named = (which.service, which.handler, which.subject, which.reason, which.up_to)
    if not which.everything and all(value is None for value in named):
        raise Invalid(errors=[FieldError("everything", "Say which are meant, or that all of them are.")])
    async with app.db.read() as connection:
        found = await places(connection, matching(which), limit=MOST + 1)
    chosen: list[LetterPlace] = []
    room = MOST_BYTES
    for place, size in found[:MOST]:
        room -= size
        if chosen and room < 0:
            break
        chosen.append(place)
    return chosen, chosen[-1].seq if len(chosen) < len(found) else None


async def _read(app: HealthApp, chosen: Sequence[LetterPlace]) -> list[DeadLetter]:
    few = asyncio.Semaphore(_AT_A_TIME)

    async def one(place: LetterPlace) -> DeadLetter | None:
        async with few:
            return await read_letter(app.bus.js, seq=place.seq, buried_at=place.buried_at)

    return [letter for letter in await asyncio.gather(*map(one, chosen)) if letter is not None]


def _pair(letter: DeadLetter) -> tuple[str, str]:
    return letter.subject, letter.handler


async def _handled(app: HealthApp, letters: Sequence[DeadLetter]) -> set[tuple[str, str]]:
    """The pairs of subject and handler that there still are; many letters are of few."""
    few = asyncio.Semaphore(_AT_A_TIME)

    async def is_there(pair: tuple[str, str]) -> bool:
        async with few:
            return await is_handled(app.bus.js, subject=pair[0], handler=pair[1])

    pairs = sorted({_pair(letter) for letter in letters})
    there = await asyncio.gather(*map(is_there, pairs))
    return {pair for pair, it_is in zip(pairs, there, strict=True) if it_is}


def _about(settled: set[int]) -> str:
    return f"dead_letters:{min(settled)}-{max(settled)} ({len(settled)})"

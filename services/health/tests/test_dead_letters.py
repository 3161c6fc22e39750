"""Messages that could not be handled: seen, told of, given to their handler again, or let go."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from libs.common.tests import sample
from libs.common.tests.sample import SAMPLE, App, NoteWritten, Work
from medianest.testing import Sandbox, eventually
from medianest_common.bus.topology import DEAD_LETTERS
from medianest_common.bus.wire import ATTEMPTS, EVENT_ID, HANDLER, MSG_ID, REASON
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Message, Rpc
from medianest_common.contracts.health.decided import InternalsDecided
from medianest_common.contracts.health.queues import (
    DeadLetter,
    DeadLetterFilter,
    DeadLetterFound,
    DeadLetterKind,
    DeadLetterState,
    DropDeadLetter,
    DropDeadLetters,
    GetDeadLetter,
    ListDeadLetters,
    ReadQueues,
    RetryDeadLetter,
    RetryDeadLetters,
    StreamKind,
    WhenFull,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import Conflict, MediaNestError, Unavailable
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health import streams
from medianest_health.use_cases import settle_dead_letters
from medianest_health.use_cases.clear_dead_letters import forget_vanished
from medianest_health.use_cases.hear_dead_letter import tell_dead_letters
from services.health.tests.household import Household

HANDLED_BY = "sample__note_written"


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    home = Household(sandbox, clock)
    await home.start(alone=True)
    await sandbox.start(SAMPLE)
    return home


@pytest.fixture
def app(home: Household) -> Iterator[App]:
    yield sample.APPS[-1]
    sample.APPS.clear()


async def ask[R](home: Household, message: Rpc[R], *, role: Role = Role.ADMIN) -> R:
    with home.sandbox.as_user(role=role):
        return await home.sandbox.bus.call(message, timeout=30)


async def waiting(home: Household, number: int, **narrowed: Any) -> list[DeadLetter]:
    found: list[DeadLetter] = []

    async def listed() -> bool:
        found[:] = (await ask(home, ListDeadLetters(limit=100, **narrowed))).items
        return len(found) == number

    await eventually(listed)
    return found


async def fails(home: Household, app: App, *texts: str, reason: str = "never") -> None:
    """Each of these notes cannot be handled, for good."""
    already = len((await ask(home, ListDeadLetters(limit=100))).items)
    for number, text in enumerate(texts, start=1):
        app.fail_next.append(Conflict(reason))
        await home.sandbox.emit(NoteWritten(text=text))
        await waiting(home, already + number)


async def listening(home: Household, kind: type[Message]) -> list[Any]:
    heard: list[Any] = []

    async def hear(message: Any) -> None:
        heard.append(kind.model_validate_json(message.data))

    await home.sandbox.nats.subscribe(kind.subject, cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    return heard


async def equal(found: list[Any], wanted: list[Any]) -> bool:
    return found == wanted


async def on_the_bus(home: Household, number: int) -> None:
    async def counted() -> bool:
        return (await home.sandbox.bus.js.stream_info(DEAD_LETTERS)).state.messages == number

    await eventually(counted)


async def test_once_the_cause_is_mended_a_retry_has_its_effect_once(home: Household, app: App) -> None:
    decided = await listening(home, InternalsDecided)
    await fails(home, app, "a note")
    [letter] = await waiting(home, 1)
    assert (letter.kind, letter.subject) == (DeadLetterKind.EVENT, NoteWritten.subject)
    assert (letter.service, letter.handler) == ("sample", HANDLED_BY)
    assert (letter.reason, letter.attempts, letter.retries) == ("Conflict: never", 1, 0)
    assert app.heard == []

    retried = await ask(home, RetryDeadLetter(seq=letter.seq))
    assert (retried.state, retried.seq) == (DeadLetterState.RETRIED, letter.seq) and retried.settled_at
    await eventually(lambda: equal(app.heard, ["a note"]))
    assert (await ask(home, RetryDeadLetter(seq=letter.seq))).settled_at == retried.settled_at
    await on_the_bus(home, 0)
    with pytest.raises(MediaNestError) as refused:
        await ask(home, DropDeadLetter(seq=letter.seq))
    assert (refused.value.code, refused.value.status) == ("DEAD_LETTER_SETTLED", 409)
    assert await waiting(home, 0) == []
    assert [each.seq for each in await waiting(home, 1, state=DeadLetterState.RETRIED)] == [letter.seq]
    gone = await ask(home, GetDeadLetter(seq=letter.seq))
    assert (gone.body, gone.reason) == (None, "Conflict: never")

    await home.sandbox.emit(NoteWritten(text="after"))
    await eventually(lambda: equal(app.heard, ["a note", "after"]))
    assert app.listened == ["a note", "after"], "who had heard it does not hear it again"
    await eventually(lambda: equal([each.decision.value for each in decided], ["dead_letters_retry"]))
    assert decided[0].about == f"dead_letter:{letter.seq}"


async def test_however_many_administrators_retry_at_once_it_is_done_once(home: Household, app: App) -> None:
    """Jobs have no inbox that would keep a second one from its effect."""
    app.fail_next.append(Conflict("never"))
    await home.sandbox.bus.enqueue_now(Work(text="work"))
    [letter] = await waiting(home, 1)
    assert letter.kind is DeadLetterKind.JOB
    everything = RetryDeadLetters(which=DeadLetterFilter(everything=True))
    answers = await asyncio.gather(
        *(ask(home, RetryDeadLetter(seq=letter.seq)) for _ in range(8)),
        *(ask(home, everything) for _ in range(8)),
    )
    states = [answer.state for answer in answers[:8] if isinstance(answer, DeadLetter)]
    assert states == [DeadLetterState.RETRIED] * 8
    await home.sandbox.bus.enqueue_now(Work(text="after"))
    await eventually(lambda: equal(sorted(app.worked), ["after", "work"]))
    await on_the_bus(home, 0)
    assert sorted(app.worked) == ["after", "work"]


async def test_either_it_is_retried_or_it_is_dropped(home: Household, app: App) -> None:
    await fails(home, app, *(texts := [f"note {number}" for number in range(6)]))
    letters = await waiting(home, 6)

    async def tried(message: Rpc[DeadLetter]) -> DeadLetterState | None:
        try:
            return (await ask(home, message)).state
        except MediaNestError as refused:
            if refused.code != "DEAD_LETTER_SETTLED":
                raise
            return None

    outcomes = await asyncio.gather(
        *(tried(kind(seq=each.seq)) for each in letters for kind in (RetryDeadLetter, DropDeadLetter))
    )
    pairs = list(zip(outcomes[::2], outcomes[1::2], strict=True))
    assert all((retried is None) != (dropped is None) for retried, dropped in pairs)
    wanted = [text for text, (retried, _) in zip(reversed(texts), pairs, strict=True) if retried]
    await home.sandbox.emit(NoteWritten(text="after"))
    await eventually(lambda: equal(sorted(app.heard), sorted([*wanted, "after"])))


async def test_what_fails_once_more_is_a_dead_letter_anew(home: Household, app: App) -> None:
    await fails(home, app, "a note")
    [first] = await waiting(home, 1)
    app.fail_next.append(Conflict("still not"))
    await ask(home, RetryDeadLetter(seq=first.seq))
    [second] = await waiting(home, 1)
    assert (second.reason, second.retries) == ("Conflict: still not", 1)
    assert second.seq > first.seq and second.message_id == first.message_id
    await ask(home, RetryDeadLetter(seq=second.seq))
    await eventually(lambda: equal(app.heard, ["a note"]))


async def test_many_are_retried_some_at_a_time(
    home: Household, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_dead_letters, "MOST", 2)
    texts = [f"note {number}" for number in range(5)]
    await fails(home, app, *texts)
    await fails(home, app, "too late", reason="not this one")
    which = DeadLetterFilter(handler=HANDLED_BY, reason="CONFLICT: NEV")
    seen = []
    while True:
        answer = await ask(home, RetryDeadLetters(which=which))
        seen.append((answer.settled, answer.skipped))
        if answer.next_after is None:
            break
        which = which.model_copy(update={"after": answer.next_after})
    assert seen == [(2, 0), (2, 0), (1, 0)]
    await eventually(lambda: equal(sorted(app.heard), texts))
    assert [each.reason for each in await waiting(home, 1)] == ["Conflict: not this one"]


async def test_many_are_dropped_and_what_came_since_stays(home: Household, app: App) -> None:
    decided = await listening(home, InternalsDecided)
    await fails(home, app, "one", "two", "three")
    newest, *older = await waiting(home, 3)
    answer = await ask(home, DropDeadLetters(which=DeadLetterFilter(service="sample", up_to=older[0].seq)))
    assert (answer.settled, answer.next_after) == (2, None)
    assert [each.seq for each in await waiting(home, 1)] == [newest.seq]
    await on_the_bus(home, 1)
    nobody = await ask(home, DropDeadLetters(which=DeadLetterFilter(service="nobody")))
    assert nobody.settled == 0
    await eventually(lambda: equal([each.decision.value for each in decided], ["dead_letters_drop"]))


@pytest.mark.parametrize("kind", [RetryDeadLetters, DropDeadLetters])
async def test_all_of_them_are_meant_only_where_that_is_said(
    home: Household, app: App, kind: type[RetryDeadLetters]
) -> None:
    with pytest.raises(MediaNestError) as refused:
        await ask(home, kind(which=DeadLetterFilter(after=1)))
    assert refused.value.status == 422


async def test_what_can_never_be_handled_is_skipped_and_can_be_dropped(home: Household, app: App) -> None:
    js = home.sandbox.bus
    await js.publish_stored(NoteWritten.subject, b"\xff\x00", headers={EVENT_ID: str(uuid7())})
    lost = {HANDLER: "sample__of_yore", REASON: "KeyError: x", ATTEMPTS: "1", MSG_ID: "lost"}
    await js.publish_stored("dlq.evt.sample.thing.done", b"{}", headers=lost)
    letters = await waiting(home, 2)
    for each in letters:
        with pytest.raises(MediaNestError) as refused:
            await ask(home, RetryDeadLetter(seq=each.seq))
        assert refused.value.code == "NOT_RETRYABLE"
        await ask(home, GetDeadLetter(seq=each.seq))
    answer = await ask(home, RetryDeadLetters(which=DeadLetterFilter(everything=True)))
    assert (answer.settled, answer.skipped, answer.next_after) == (0, 2, None)
    await ask(home, DropDeadLetters(which=DeadLetterFilter(everything=True)))
    assert await waiting(home, 0) == []


async def test_it_is_shown_without_what_is_secret(home: Household, app: App) -> None:
    inner = '{"token": "abc123", "title": "Dune", "notes": ["Bearer abcdefgh"]}'
    app.fail_next.append(Conflict("never"))
    await home.sandbox.emit(NoteWritten(text=inner))
    [letter] = await waiting(home, 1)
    shown = await ask(home, GetDeadLetter(seq=letter.seq))
    assert shown.body and shown.is_json and not shown.is_cut
    assert "abc123" not in shown.body and "abcdefgh" not in shown.body
    assert '    "title": "Dune"' in shown.body
    assert shown.headers[HANDLER] == HANDLED_BY and shown.headers[EVENT_ID] == str(letter.message_id)


async def test_a_long_one_is_cut(home: Household, app: App) -> None:
    body = b'{"text": [' + b'"' + b"x" * 3000 + b'",' + b",".join([b'"y"' * 1] * 9000) + b"]}"
    await home.sandbox.bus.publish_stored(NoteWritten.subject, body, headers={EVENT_ID: str(uuid7())})
    [letter] = await waiting(home, 1)
    shown = await ask(home, GetDeadLetter(seq=letter.seq))
    assert shown.body and len(shown.body) == 16_000 and shown.is_cut
    assert letter.bytes == len(body)


async def test_pages_go_from_the_newest_to_the_oldest(home: Household, app: App) -> None:
    await fails(home, app, *(f"note {number}" for number in range(5)))
    whole = [each.seq for each in await waiting(home, 5)]
    assert whole == sorted(whole, reverse=True)
    found, cursor = [], None
    while True:
        page = await ask(home, ListDeadLetters(limit=2, cursor=cursor))
        found += [each.seq for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert found == whole
    for narrowed, number in (
        ({"of_service": "sample"}, 5),
        ({"of_subject": NoteWritten.subject}, 5),
        ({"handler": "sample__other"}, 0),
        ({"reason": "100% _"}, 0),
    ):
        await waiting(home, number, **narrowed)


async def test_administrators_are_told_once_an_hour_of_one_handler(home: Household, app: App) -> None:
    told = await listening(home, DeadLetterFound)
    await fails(home, app, "one", "two", "three", reason="first")
    app.fail_next.append(Conflict("of the job"))
    await home.sandbox.bus.enqueue_now(Work(text="work"))
    await waiting(home, 4)
    await eventually(
        lambda: equal([(each.handler, each.count) for each in told], [(HANDLED_BY, 1), ("sample__work", 1)])
    )
    await tell_dead_letters(home.app)
    home.clock.advance(3601)
    await asyncio.gather(*(tell_dead_letters(home.app) for _ in range(4)))
    await eventually(
        lambda: equal([(each.handler, each.count, each.waiting) for each in told[2:]], [(HANDLED_BY, 2, 3)])
    )
    home.clock.advance(3601)
    await fails(home, app, "four", reason="second")
    await eventually(
        lambda: equal([(each.reason, each.count) for each in told[3:]], [("Conflict: second", 1)])
    )


async def test_what_has_left_the_bus_is_known_no_more(home: Household, app: App) -> None:
    await fails(home, app, "one", "two", "three")
    letters = await waiting(home, 3)
    js = home.sandbox.bus.js
    await js.delete_msg(DEAD_LETTERS, letters[1].seq)
    with pytest.raises(MediaNestError) as refused:
        await ask(home, RetryDeadLetter(seq=letters[1].seq))
    assert refused.value.status == 404
    await js.delete_msg(DEAD_LETTERS, letters[2].seq)
    await forget_vanished(home.app)
    assert [each.seq for each in await waiting(home, 1)] == [letters[0].seq]
    await js.delete_msg(DEAD_LETTERS, letters[0].seq)
    await ask(home, RetryDeadLetters(which=DeadLetterFilter(everything=True)))
    await waiting(home, 0)


async def _fill(home: Household, number: int, *, settled_ago: timedelta | None = None) -> None:
    at = None if settled_ago is None else home.clock.now() - settled_ago
    statement = sa.text("""
        insert into dead_letters (seq, buried_at, subject, service, handler, reason, attempts, retries, bytes, state,
                                  settled_at)
        select 1000000 + n, now(), 'evt.a.b.c', 'a', 'a__b', 'x', 1, 0, 1, :state, cast(:at as timestamptz)
        from generate_series(1, :number) n
    """)
    async with home.app.db.transaction() as tx:
        state = "waiting" if at is None else "dropped"
        await tx.session.execute(statement, {"number": number, "state": state, "at": at})


async def test_more_than_a_statement_takes_can_leave_the_bus_at_once(home: Household, app: App) -> None:
    """PostgreSQL binds no more than 32,767 values."""
    await _fill(home, 33_000)
    await forget_vanished(home.app)
    await waiting(home, 0)


async def test_what_was_settled_is_forgotten_whatever_the_bus_says(home: Household, app: App) -> None:
    await _fill(home, 3, settled_ago=timedelta(days=31))
    await home.sandbox.bus.js.delete_stream(DEAD_LETTERS)
    with suppress(Unavailable):
        await forget_vanished(home.app)
    await waiting(home, 0, state=DeadLetterState.DROPPED)


async def test_what_was_settled_long_ago_is_found_without_reading_all_of_it(
    home: Household, app: App
) -> None:
    statement = "explain (costs off) delete from dead_letters where settled_at < now()"
    async with home.app.db.transaction() as tx:
        await tx.session.execute(sa.text("set local enable_seqscan = off"))
        plan = "\n".join((await tx.session.execute(sa.text(statement))).scalars())
    assert "ix_dead_letters_settled_at" in plan, plan


async def test_of_many_for_one_handler_the_bus_is_asked_once_whether_there_is_one(
    home: Household, app: App
) -> None:
    await fails(home, app, *(texts := [f"note {number}" for number in range(6)]))
    asked: list[str] = []

    async def hear(message: Any) -> None:
        asked.append(message.subject)

    await home.sandbox.nats.subscribe(f"$JS.API.CONSUMER.INFO.EVT_SAMPLE.{HANDLED_BY}", cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    answer = await ask(home, RetryDeadLetters(which=DeadLetterFilter(handler=HANDLED_BY)))
    assert (answer.settled, answer.skipped) == (6, 0)
    await eventually(lambda: equal(sorted(app.heard), texts))
    await home.sandbox.nats.flush(timeout=5)
    assert len(asked) == 1


async def test_a_bus_that_lost_everything_gives_old_places_to_new_letters(home: Household, app: App) -> None:
    await fails(home, app, "one")
    [old] = await waiting(home, 1)
    await home.sandbox.stop("health")
    await home.sandbox.bus.js.delete_stream(DEAD_LETTERS)
    await home.start(alone=True, **home.settings)
    app.fail_next.append(Conflict("another"))
    await home.sandbox.emit(NoteWritten(text="two"))

    async def replaced() -> bool:
        [now] = (await ask(home, ListDeadLetters())).items
        return (now.seq, now.reason) == (old.seq, "Conflict: another")

    await eventually(replaced)
    await ask(home, RetryDeadLetter(seq=old.seq))
    await eventually(lambda: equal(app.heard, ["two"]))


async def test_queues_are_seen_with_who_reads_them(home: Household, app: App) -> None:
    await fails(home, app, "one", "two")
    await waiting(home, 2)
    seen = await ask(home, ReadQueues())
    assert seen.streams is not None
    by_name = {stream.name: stream for stream in seen.streams}
    events, jobs, letters = by_name["EVT_SAMPLE"], by_name["JOB_SAMPLE"], by_name[DEAD_LETTERS]
    assert (events.kind, events.service, events.when_full) == (
        StreamKind.EVENTS,
        "sample",
        WhenFull.DROPS_OLDEST,
    )
    assert (jobs.kind, jobs.when_full, jobs.max_age_seconds) == (StreamKind.JOBS, WhenFull.REFUSES, None)
    assert (letters.kind, letters.service, letters.messages) == (StreamKind.DEAD_LETTERS, None, 2)
    assert letters.oldest_at and letters.newest_at and letters.oldest_at <= letters.newest_at
    assert events.max_bytes and events.bytes and events.max_age_seconds == 7 * 86_400
    [reader] = [each for each in events.consumers if each.name == HANDLED_BY]
    assert (reader.service, reader.subject, reader.pending) == ("sample", NoteWritten.subject, 0)
    assert reader.last_delivered_at is not None
    assert [each.name for each in letters.consumers] == ["health__dead_letters"]
    assert [(each.handler, each.waiting) for each in seen.dead_letters] == [(HANDLED_BY, 2)]
    assert [each.service for each in seen.outboxes] == ["health"]
    assert "media" in seen.silent and "health" not in seen.silent


async def test_where_the_bus_does_not_tell_its_streams_the_rest_is_told(
    home: Household, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fails(home, app, "one")
    monkeypatch.setattr(streams, "_SECONDS", 0)
    seen = await ask(home, ReadQueues())
    assert seen.streams is None
    assert [(each.handler, each.waiting) for each in seen.dead_letters] == [(HANDLED_BY, 1)]
    assert [each.service for each in seen.outboxes] == ["health"]


@pytest.mark.parametrize(
    "message",
    [
        ReadQueues(),
        ListDeadLetters(),
        GetDeadLetter(seq=1),
        RetryDeadLetter(seq=1),
        DropDeadLetter(seq=1),
        RetryDeadLetters(which=DeadLetterFilter(everything=True)),
        DropDeadLetters(which=DeadLetterFilter(everything=True)),
    ],
)
async def test_it_is_for_administrators(home: Household, message: Rpc[Any]) -> None:
    with pytest.raises(MediaNestError) as refused:
        await ask(home, message, role=Role.USER)
    assert refused.value.status == 403

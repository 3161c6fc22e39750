"""Outbox, inbox, retries and dead letters over the real servers."""

import asyncio
import json
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from sqlalchemy import text

from libs.common.tests.sample import SAMPLE, App, NoteWritten, Work, Write, event_ids, notes
from medianest.testing import Sandbox, eventually
from medianest_common.bus import Context, use
from medianest_common.bus.broker import events_at_once
from medianest_common.bus.topology import event_stream, job_stream
from medianest_common.clock import uuid7
from medianest_common.db.relay import Relay
from medianest_common.errors import Conflict, MediaNestError, Unavailable
from medianest_common.lifecycle import running

_ACK_WAIT = 4.0
"""Of the work of the sample."""


async def heard(app: App, *texts: str) -> bool:
    return sorted(app.heard) == sorted(texts)


async def test_a_write_its_event_and_its_job_arrive_together(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    with use(Context(correlation_id="from-the-door")):
        await sandbox.bus.call(Write(text="a"))
    await eventually(lambda: heard(apps[0], "a"))
    await eventually(lambda: _equal(apps[0].worked, ["a"]))
    await eventually(lambda: _equal(apps[0].listened, ["a"]))
    assert apps[0].seen_correlations == ["from-the-door"], (
        "trap 18: the correlation is carried across the bus"
    )
    await eventually(lambda: _outbox_is_empty(apps[0]))


async def test_what_is_told_is_on_the_bus_before_the_work_of_the_same_change(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    came: list[str] = []

    async def note(message: Msg) -> None:
        came.append(message.subject)

    for kind in ("job", "evt"):
        await sandbox.nats.subscribe(f"{kind}.sample.>", cb=note)
    await sandbox.nats.flush()
    async with apps[0].db.transaction() as tx:
        tx.enqueue(Work(text="work"))
        tx.emit(NoteWritten(text="word"))
    await eventually(lambda: _equal(len(came), 2))
    assert came == [NoteWritten.subject, Work.subject]


async def test_what_is_there_is_not_held_back_until_there_is_more(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    for number in range(3):
        told = asyncio.get_running_loop().time()
        await sandbox.emit(NoteWritten(text=str(number)))
        await sandbox.bus.enqueue_now(Work(text=str(number)))
        texts = [str(each) for each in range(number + 1)]
        await eventually(partial(heard, apps[0], *texts))
        await eventually(partial(_equal, apps[0].worked, texts))
        # FastStream would fill a batch for five seconds.
        assert asyncio.get_running_loop().time() - told < 4


@pytest.mark.parametrize("connections, held", [(10, 6), (3, 2)])
async def test_a_crowd_of_events_that_waits_for_a_row_keeps_no_question_from_the_database(
    sandbox: Sandbox, apps: list[App], connections: int, held: int
) -> None:
    await sandbox.start(SAMPLE, database_connections=connections)
    [app] = apps
    app.gate = first = asyncio.Event()
    await sandbox.emit(NoteWritten(text="first"))
    await eventually(lambda: _equal(app.at_the_gate, 1))
    # What comes while the first is at work is fetched as one batch after it.
    told = [f"event {number}" for number in range(16)]
    for each in told:
        await sandbox.emit(NoteWritten(text=each))
    app.gate = crowd = asyncio.Event()
    first.set()
    await eventually(lambda: heard(app, "first"))
    await eventually(lambda: _holds_connections(app, held))

    await sandbox.bus.call(Write(text="in between"))
    assert app.heard == ["first"]
    crowd.set()
    await eventually(lambda: heard(app, "first", *told, "in between"))


def test_events_leave_connections_for_questions_however_few_there_are() -> None:
    assert {size: events_at_once(size) for size in (2, 3, 5, 10)} == {2: 1, 3: 2, 5: 3, 10: 6}


async def _holds_connections(app: App, least: int) -> bool:
    held: int = app.db.engine.pool.checkedout()  # type: ignore[attr-defined]
    return held >= least


async def test_what_is_rolled_back_is_never_told(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(MediaNestError):
        await sandbox.bus.call(Write(text="a", then_fail=True))
    await sandbox.bus.call(Write(text="b"))
    await eventually(lambda: heard(apps[0], "b"))
    assert await notes(apps[0]) == ["b"]


async def test_attack_104_an_event_delivered_twice_has_its_effect_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    event_id = uuid7()
    for attempt in range(3):
        # Another Nats-Msg-Id each time: the server's duplicate window must not do our work for us.
        await sandbox.bus.publish_stored(
            NoteWritten.subject,
            NoteWritten(text="once").model_dump_json().encode(),
            headers={"ce-id": str(event_id), "Nats-Msg-Id": f"{event_id}-{attempt}"},
        )
    await sandbox.emit(NoteWritten(text="after"))
    await eventually(lambda: heard(apps[0], "once", "after"))
    await eventually(lambda: _all_handled(sandbox))
    assert sorted(apps[0].heard) == ["after", "once"]


async def test_trap_2_and_3_a_transient_failure_is_tried_again_later_and_not_at_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    apps[0].fail_next.append(Unavailable("not now"))
    started = asyncio.get_running_loop().time()
    event_id = await sandbox.emit(NoteWritten(text="later"))
    await eventually(lambda: heard(apps[0], "later"))
    assert asyncio.get_running_loop().time() - started > 0.9
    # It is heard before it is committed. The claim of the failed attempt was rolled back with it.
    await eventually(lambda: _claimed(apps[0], event_id))


async def test_an_error_that_repeating_cannot_mend_is_buried_at_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    apps[0].fail_next.append(Conflict("never"))
    event_id = await sandbox.emit(NoteWritten(text="dead"))
    letter = await eventually(lambda: _dead_letter(sandbox, f"dlq.{NoteWritten.subject}"))
    assert letter.headers["mn-handler"] == "sample__note_written"
    assert letter.headers["mn-attempts"] == "1"
    assert "never" in letter.headers["mn-reason"]
    assert UUID(letter.headers["ce-id"]) == event_id
    assert apps[0].heard == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": 1}', b"\x00\xff"])
async def test_attack_104_a_poisonous_body_is_buried_and_does_not_stop_the_others(
    sandbox: Sandbox, apps: list[App], body: bytes
) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.bus.publish_stored(NoteWritten.subject, body, headers={"ce-id": str(uuid7())})
    await sandbox.emit(NoteWritten(text="fine"))
    await eventually(lambda: heard(apps[0], "fine"))
    letter = await eventually(lambda: _dead_letter(sandbox, f"dlq.{NoteWritten.subject}"))
    assert (letter.data or b"") == body


@pytest.mark.parametrize("headers", [{"mn-caller": "{"}, {"mn-deadline": "tomorrow"}])
async def test_attack_104_poisonous_headers_are_buried_and_do_not_stop_the_others(
    sandbox: Sandbox, apps: list[App], headers: dict[str, str]
) -> None:
    await sandbox.start(SAMPLE)
    body = NoteWritten(text="poison").model_dump_json().encode()
    await sandbox.bus.publish_stored(NoteWritten.subject, body, headers={"ce-id": str(uuid7()), **headers})
    await sandbox.emit(NoteWritten(text="fine"))
    await eventually(lambda: heard(apps[0], "fine"))
    letter = await eventually(lambda: _dead_letter(sandbox, f"dlq.{NoteWritten.subject}"))
    assert letter.headers["mn-attempts"] == "1"


async def test_work_that_a_leaving_replica_cannot_finish_is_begun_by_the_next_one_at_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    apps[0].work_gate = asyncio.Event()
    await sandbox.bus.enqueue_now(Work(text="long"))
    await eventually(lambda: _equal(apps[0].begun, 1))
    await sandbox.stop("sample")
    await sandbox.start(SAMPLE)
    started = asyncio.get_running_loop().time()
    await eventually(lambda: _equal(apps[1].worked, ["long"]))
    assert asyncio.get_running_loop().time() - started < _ACK_WAIT / 2


async def test_work_longer_than_its_ack_wait_is_done_once(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    apps[0].work_seconds = 5.5
    await sandbox.bus.enqueue_now(Work(text="long"))
    await eventually(lambda: _equal(apps[0].worked, ["long"]))
    await eventually(lambda: _no_jobs(sandbox))
    assert apps[0].begun == 1


async def test_trap_9_changed_consumer_settings_take_effect_at_the_next_start(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.stop("sample")
    js = sandbox.bus.js
    config = (await js.consumer_info(event_stream("sample"), "sample__note_written")).config
    config.ack_wait = 77
    await js.add_consumer(event_stream("sample"), config)
    await sandbox.start(SAMPLE)
    assert (await js.consumer_info(event_stream("sample"), "sample__note_written")).config.ack_wait == 30


@pytest.mark.parametrize("lost", ["consumer", "stream"])
async def test_trap_11_a_lost_consumer_or_stream_is_made_again_while_running(
    sandbox: Sandbox, apps: list[App], lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medianest_common.bus.topology.Watchdog.run.__kwdefaults__", {"seconds": 0.3})
    await sandbox.start(SAMPLE)
    js = sandbox.bus.js
    if lost == "consumer":
        await js.delete_consumer(event_stream("sample"), "sample__note_written")
    else:
        await js.delete_stream(event_stream("sample"))
    await sandbox.bus.call(Write(text="after the loss"))
    await eventually(lambda: heard(apps[0], "after the loss"))


async def test_two_replicas_share_one_relay_one_clock_and_every_event_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    await eventually(lambda: _true(apps[0].ticks > 0))
    async with running(SAMPLE, overrides=sandbox.settings):
        texts = [f"n{i}" for i in range(60)]
        # More at once than there are connections to the database: some may be asked to come again.
        await asyncio.gather(*(eventually(partial(_written, sandbox, text)) for text in texts))
        await eventually(lambda: _equal(sorted(apps[0].heard + apps[1].heard), sorted(texts)))
        assert apps[1].ticks == 0, "the second replica must not run the clock jobs"
        # Every replica overhears every event.
        await eventually(lambda: _equal(sorted(apps[1].listened), sorted(texts)))
        await sandbox.stop("sample")
        await eventually(lambda: _true(apps[1].ticks > 0))
        await sandbox.bus.call(Write(text="by the new leader"))
        await eventually(lambda: _true("by the new leader" in apps[1].heard))


async def _equal(one: object, other: object) -> bool:
    return one == other


async def _written(sandbox: Sandbox, text: str) -> bool:
    await sandbox.bus.call(Write(text=text), timeout=30)
    return True


async def _no_jobs(sandbox: Sandbox) -> bool:
    """Done work leaves the queue."""
    return (await sandbox.bus.js.stream_info(job_stream("sample"))).state.messages == 0


async def _all_handled(sandbox: Sandbox) -> bool:
    info = await sandbox.bus.js.consumer_info(event_stream("sample"), "sample__note_written")
    return bool(info.num_pending == info.num_ack_pending == 0)


async def _true(value: object) -> bool:
    return bool(value)


async def _outbox_is_empty(app: App) -> bool:
    async with app.db.read() as connection:
        return bool((await connection.exec_driver_sql("select count(*) = 0 from outbox")).scalar_one())


async def _dead_letter(sandbox: Sandbox, subject: str):  # type: ignore[no-untyped-def]
    try:
        return await sandbox.bus.js.get_last_msg("DLQ", subject)
    except NotFoundError:
        return None


async def _claimed(app: App, *event: UUID) -> bool:
    return await event_ids(app) == list(event)


async def test_what_waits_when_the_clock_of_the_database_is_set_back_does_not_wait_for_as_much_longer(
    sandbox: Sandbox, apps: list[App], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back = _clock_of_the_database(monkeypatch)
    await sandbox.start(SAMPLE)
    [app] = apps
    await sandbox.bus.call(Write(text="before"))
    await eventually(lambda: heard(app, "before"))
    async with app.db.transaction() as tx:
        # As one looks that was written a second before, and one that was to wait for a day.
        tx.enqueue(Work(text="soon"), delay=timedelta(minutes=59, seconds=59))
        tx.enqueue(Work(text="late"), delay=timedelta(days=1))
    set_back.set()
    await eventually(lambda: _equal(app.worked, ["before", "soon"]), within=60)
    assert not await _outbox_is_empty(app)


async def test_what_the_bus_has_stored_is_not_published_again_where_what_it_refused_is_set_aside(
    sandbox: Sandbox, apps: list[App], monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[str] = []
    publish, take = Relay._publish, Relay._take
    lost = False

    async def refused_once(relay: Relay, row: Any) -> None:
        word = json.loads(row["body"])["text"]
        published.append(word)
        if word == "refused" and published.count(word) == 1:
            raise Unavailable("It is too large.")
        await publish(relay, row)

    async def lost_after_that(relay: Relay, connection: asyncpg.Connection, **options: Any) -> Any:
        nonlocal lost
        if "refused" in published and not lost:
            lost = True
            raise ConnectionResetError
        return await take(relay, connection, **options)

    await sandbox.start(SAMPLE)
    [app] = apps
    monkeypatch.setattr(Relay, "_publish", refused_once)
    monkeypatch.setattr(Relay, "_take", lost_after_that)
    monkeypatch.setattr("medianest_common.db.relay.SET_ASIDE_SECONDS", 1)
    async with app.db.transaction() as tx:
        tx.enqueue(Work(text="stored"))
        tx.enqueue(Work(text="refused"))
    await eventually(lambda: _equal(app.worked, ["stored", "refused"]))
    await eventually(lambda: _outbox_is_empty(app))
    assert published == ["stored", "refused", "refused"] and lost


async def test_who_leads_again_does_not_bring_forward_once_more_what_another_leader_has(
    sandbox: Sandbox, apps: list[App], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back = _clock_of_the_database(monkeypatch)
    await sandbox.start(SAMPLE)
    [app] = apps
    await sandbox.bus.call(Write(text="before"))
    await eventually(lambda: heard(app, "before"))
    async with app.db.transaction() as tx:
        tx.enqueue(Work(text="late"), delay=timedelta(days=1))
    another = await asyncpg.connect(sandbox.settings["database_url"])
    try:
        key = await another.fetchrow(f"select classid::int, objid::int {_LEADS} and granted")
        waiting = asyncio.create_task(another.execute("select pg_advisory_lock($1, $2)", *key))
        await eventually(lambda: _finds(app, f"select 1 {_LEADS} and not granted"))
        async with app.db.read() as connection:
            await connection.execute(text(f"select pg_terminate_backend(pid) {_LEADS} and granted"))
        await waiting
        await eventually(lambda: _finds(app, _REFUSED))
        was = await another.fetchval("select max(not_before) from sample.outbox")
        set_back.set()
    finally:
        await another.close()
    await sandbox.bus.call(Write(text="after"))
    await eventually(lambda: heard(app, "before", "after"), within=60)
    assert await _finds(app, "select 1 from outbox where not_before = :was", was=was)


_REFUSED = """
    select 1 from pg_stat_activity where application_name = 'medianest-sample-leader'
    and datname = current_database() and query like '%pg_try_advisory_lock%' and state = 'idle'
"""
_LEADS = """
    from pg_locks where locktype = 'advisory' and classid = 7316
    and database = (select oid from pg_database where datname = current_database())
"""


def _clock_of_the_database(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """That of a server that all tests share cannot be set: what it says is said in its place, an hour less from the
    event on."""
    set_back = asyncio.Event()
    told = Relay._seconds_there

    async def seconds_there(relay: Relay, connection: asyncpg.Connection) -> float:
        return await told(relay, connection) - (3600.0 if set_back.is_set() else 0.0)

    monkeypatch.setattr(Relay, "_seconds_there", seconds_there)
    monkeypatch.setattr("medianest_common.db.relay._CLOCK_SECONDS", 0.0)
    return set_back


async def _finds(app: App, query: str, **values: object) -> bool:
    async with app.db.read() as connection:
        return (await connection.execute(text(query), values)).first() is not None

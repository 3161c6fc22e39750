"""Behaviours of FastStream and nats-py that lost messages or froze programs elsewhere, each shown not to reach us.

The numbers are those of docs/decisions/0006-traps-of-the-bus.md. Traps 1 to 3, 5 to 7, 9, 11 and 18 are tested in
test_rpc.py, test_events.py and test_lifecycle.py.
"""

import asyncio

import nats
import pytest
from nats.js.api import AckPolicy, ConsumerConfig
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from libs.common.tests.sample import SAMPLE, App, Echo, NoteWritten, SayAgain, Sleep, Work, Write
from medianest.testing import PatientBus, Sandbox, eventually
from medianest_common.bus import Context, use
from medianest_common.bus.topology import EVENT_AGE, event_stream
from medianest_common.bus.wire import EVENT_ID
from medianest_common.clock import uuid7
from medianest_common.errors import Unavailable
from medianest_common.lifecycle import running
from medianest_common.testing.fault_proxy import FaultProxy


async def test_trap_1_and_8_nothing_asked_or_told_while_the_bus_is_away_is_sent_later(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    host, port = sandbox.urls.nats_url.rpartition("@")[2].split(":")
    credentials = sandbox.urls.nats_url.removeprefix("nats://").partition("@")[0]
    async with FaultProxy.start(host, int(port)) as proxy:
        client = await nats.connect(
            f"nats://{credentials}@127.0.0.1:{proxy.port}", max_reconnect_attempts=-1, reconnect_time_wait=0.1
        )
        bus = PatientBus(client, service="gateway", clock=sandbox.clock)
        assert await bus.call(SayAgain(text="before")) == Echo(
            text="before", correlation_id=(await bus.call(SayAgain(text="before"))).correlation_id
        )
        heard = await sandbox.nats.subscribe("live.sample.topic")
        proxy.refuse()
        await eventually(lambda: _is(not bus.connected))
        with pytest.raises(Unavailable):
            await bus.call(Write(text="never"))
        with pytest.raises(Unavailable):
            await bus.enqueue_now(Work(text="never"))
        await bus.publish_live("live.sample.topic", b"never")
        await proxy.heal()
        await eventually(lambda: _is(bus.connected))
        await bus.publish_live("live.sample.topic", b"now")
        await bus.call(Write(text="now"))
        assert (await heard.next_msg(timeout=30)).data == b"now"
        await eventually(lambda: _is(apps[0].worked == ["now"]))
        await client.close()


async def test_trap_10_two_replicas_and_a_new_version_agree_on_the_limits_of_a_stream(
    sandbox: Sandbox,
) -> None:
    await sandbox.start(SAMPLE)
    js = sandbox.bus.js
    config = (await js.stream_info(event_stream("sample"))).config
    config.max_age = 600
    await js.update_stream(config)
    async with running(SAMPLE, overrides=sandbox.settings):
        assert (await js.stream_info(event_stream("sample"))).config.max_age == EVENT_AGE


async def test_trap_12_a_slow_event_does_not_hold_up_the_others_beyond_its_batch(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    [app] = apps
    app.work_gate = first = asyncio.Event()
    await sandbox.bus.enqueue_now(Work(text="first"))
    await eventually(lambda: _is(app.begun == 1))
    # What comes while the first is at work is fetched as batches after it.
    for n in range(4):
        await sandbox.bus.enqueue_now(Work(text=str(n)))
    app.work_gate = others = asyncio.Event()
    first.set()
    await eventually(lambda: _is(app.begun >= 3))
    assert (app.begun, app.worked) == (3, ["first"]), "two at a time, as declared"
    others.set()
    await eventually(lambda: _is(len(app.worked) == 5))


async def test_trap_14_metrics_have_one_series_a_subject_whatever_is_sent(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)

    def series() -> int:
        return sum(len(metric.samples) for metric in REGISTRY.collect() if "medianest_bus" in metric.name)

    await sandbox.bus.call(SayAgain(text="warm"))
    before = series()
    for n in range(50):
        await sandbox.bus.call(SayAgain(text=f"text {n}"))
    assert series() == before


@pytest.mark.parametrize("hostile", ["a\r\nmn-caller: {}", "a\nb", "x" * 4000, "ümläut", "* > .."])
async def test_trap_19_what_people_send_stays_inside_its_header(
    sandbox: Sandbox, apps: list[App], hostile: str
) -> None:
    await sandbox.start(SAMPLE)
    with use(Context(correlation_id=hostile)):
        await sandbox.bus.call(Write(text="a"))
    await eventually(lambda: _is(apps[0].heard == ["a"]))
    assert "\n" not in apps[0].seen_correlations[0]
    assert sandbox.bus.connected


async def test_trap_20_a_call_waits_as_long_as_it_says_and_not_half_a_second(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.bus.call(Sleep(seconds=0.8), timeout=10)


async def test_trap_21_questions_taken_before_a_shutdown_are_answered(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    questions = [asyncio.create_task(sandbox.bus.call(Sleep(seconds=0.5), timeout=30)) for _ in range(20)]
    await eventually(lambda: _is(apps[0].asleep == 20))
    await sandbox.stop("sample")
    await asyncio.gather(*questions)


async def test_trap_23_what_a_leaving_replica_has_not_done_the_next_one_does_at_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.stop("sample")
    for n in range(30):
        await sandbox.emit(NoteWritten(text=str(n)))
    await sandbox.start(SAMPLE)
    await eventually(lambda: _is(len(apps[-1].heard) >= 1))
    await sandbox.stop("sample")
    await sandbox.start(SAMPLE)
    await eventually(lambda: _is(_all_heard(apps) == sorted(map(str, range(30)), key=int)), within=20)


def _all_heard(apps: list[App]) -> list[str]:
    return sorted((text for app in apps for text in app.heard), key=int)


async def _is(value: bool) -> bool:
    return value


async def test_what_the_server_was_made_to_deliver_elsewhere_is_no_question_and_no_news(
    sandbox: Sandbox, apps: list[App]
) -> None:
    """It asks nobody whether they may write where they want their own stored messages delivered."""
    await sandbox.start(SAMPLE)
    js = sandbox.nats.jetstream(timeout=30)
    await js.add_stream(name="MINE", subjects=["mine"])
    await js.add_consumer(
        "MINE", ConsumerConfig(name="mine", durable_name="mine", ack_policy=AckPolicy.EXPLICIT)
    )
    headers = {EVENT_ID: str(uuid7()), "mn-correlation": "forged"}
    with capture_logs() as logs:
        for place in (Write.subject, NoteWritten.subject):
            await js.publish("mine", b'{"text": "forged"}', headers=headers)
            await sandbox.nats.publish("$JS.API.CONSUMER.MSG.NEXT.MINE.mine", b"1", reply=place)
        astray = {"question_astray", "message_astray"}
        await eventually(lambda: _is(astray <= {line["event"] for line in logs}))
    await sandbox.bus.call(Write(text="honest"))
    await eventually(lambda: _is(apps[0].heard == ["honest"] and apps[0].listened == ["honest"]))

"""What each replica tells of itself, and answers when all are asked at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from libs.common.tests.sample import SAMPLE, App
from medianest.embedded import EmbeddedServers
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.bus import Bus
from medianest_common.clock import SystemClock
from medianest_common.contracts.health.inside import NoteRecovery, Recovery, RecoveryKind
from medianest_common.contracts.platform import (
    REPLICA_HEARD,
    Announcement,
    BreakersReset,
    Presence,
    Question,
    Readiness,
    ResetBreakersHere,
    Resilience,
    each_subject,
)
from medianest_common.errors import Unavailable
from medianest_common.http import AddressPolicy, OutgoingClient, Retry
from medianest_common.lifecycle import run
from medianest_common.recoveries import Recoveries
from medianest_common.service import Runtime
from medianest_common.settings import Settings

READINESS = [each_subject("sample", Question.READINESS)]


@asynccontextmanager
async def with_a_system_that_is_away(runtime: Runtime[Settings]) -> AsyncIterator[App]:
    away = OutgoingClient(
        "Plex",
        "http://127.0.0.1:9",
        policy=AddressPolicy.OPERATOR,
        clock=runtime.clock,
        retry=Retry(attempts=1),
    )
    async with SAMPLE.open_app(runtime) as app, away:
        for _ in range(5):
            with pytest.raises(Unavailable):
                await away.request("GET", "/")
        yield app


async def heard_on(sandbox: Sandbox) -> list[Announcement]:
    heard: list[Announcement] = []

    async def hear(message: Msg) -> None:
        heard.append(Announcement.model_validate_json(message.data))

    await sandbox.nats.subscribe(REPLICA_HEARD, cb=hear)
    await sandbox.nats.flush()
    return heard


async def recoveries(sandbox: Sandbox) -> list[Recovery]:
    stream = sandbox.bus.js
    count = (await stream.stream_info("JOB_HEALTH")).state.messages
    first = (await stream.stream_info("JOB_HEALTH")).state.first_seq
    bodies = [(await stream.get_msg("JOB_HEALTH", seq)).data for seq in range(first, first + count)]
    return [NoteRecovery.model_validate_json(body or b"").recovery for body in bodies]


async def only_one(sandbox: Sandbox) -> Recovery:
    told = await recoveries(sandbox)
    assert len(told) == 1, told
    return told[0]


async def test_a_replica_says_that_it_is_there_and_that_it_goes(sandbox: Sandbox) -> None:
    heard = await heard_on(sandbox)
    await sandbox.start(SAMPLE)
    await eventually(lambda: _is(heard))
    await sandbox.stop("sample")
    await eventually(lambda: _is(heard[-1].presence is Presence.LEFT))
    assert {each.service for each in heard} == {"sample"}
    assert len({each.instance for each in heard}) == 1


async def test_one_that_crashes_does_not_say_that_it_goes_and_the_next_tells_why(
    sandbox: Sandbox, apps: list[App]
) -> None:
    heard = await heard_on(sandbox)
    await sandbox.start(SAMPLE)
    await sandbox.stop("sample")
    await eventually(lambda: _is(heard and heard[-1].presence is Presence.LEFT))
    heard.clear()
    connections = []

    @asynccontextmanager
    async def remembers(runtime: Runtime[Settings]) -> AsyncIterator[App]:
        connections.append(runtime.bus._client)
        async with SAMPLE.open_app(runtime) as app:
            yield app

    stop = asyncio.Event()
    service = replace(SAMPLE, open_app=remembers)
    running = asyncio.create_task(run([service], stop=stop, overrides=sandbox.settings))
    await eventually(lambda: _is(heard))
    await connections[0].close()
    await eventually(lambda: _is(len({each.instance for each in heard}) == 2))
    assert {each.presence for each in heard} == {Presence.PRESENT}
    assert [each.after_crash for each in (heard[0], heard[-1])] == [False, True]

    async def told() -> bool:
        told = await only_one(sandbox)
        assert (told.kind, told.about, told.detail) == (
            RecoveryKind.SERVICE_RESTARTED,
            "sample",
            "It had ended with ServiceStopped.",
        )
        assert told.seconds is not None
        return True

    await eventually(told)
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_all_replicas_are_asked_at_once_and_each_answers_for_itself(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.start(SAMPLE)
    answers = await sandbox.bus.ask_each(READINESS, timeout=30, enough=lambda answers: len(answers) == 2)
    instances = {Readiness.model_validate_json(answer).instance for answer in answers}
    assert len(instances) == 2
    pool = Readiness.model_validate_json(answers[0]).pool
    assert pool is not None
    assert pool.size == 10


async def test_asking_where_nobody_listens_does_not_wait(sandbox: Sandbox) -> None:
    async with asyncio.timeout(20):
        assert await sandbox.bus.ask_each(READINESS, timeout=60) == []


async def test_asking_is_over_in_time_whoever_is_missing(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    answers = await sandbox.bus.ask_each(READINESS, timeout=0.5, enough=lambda answers: len(answers) == 2)
    assert len(answers) <= 1


async def test_breakers_are_seen_and_reset_from_afar(sandbox: Sandbox) -> None:
    await sandbox.start(replace(SAMPLE, open_app=with_a_system_that_is_away))
    resilience = each_subject("sample", Question.RESILIENCE)

    async def look() -> list[str]:
        [answer] = await sandbox.bus.ask_each([resilience], timeout=30, enough=bool)
        view = Resilience.model_validate_json(answer)
        return [each.state for each in view.breakers if each.system == "Plex"]

    assert await look() == ["open"]
    reset = each_subject("sample", Question.RESET_BREAKERS)
    body = ResetBreakersHere(system="Plex").model_dump_json().encode()
    [answer] = await sandbox.bus.ask_each([reset], body, timeout=30, enough=bool)
    assert BreakersReset.model_validate_json(answer).reset == 1
    assert await look() == ["closed"]

    async def told() -> bool:
        told = await only_one(sandbox)
        return (told.kind, told.about) == (RecoveryKind.BREAKER_OPENED, "Plex")

    await eventually(told)


async def test_what_is_told_while_the_bus_is_away_arrives_once_it_is_back(
    servers: EmbeddedServers, sandbox: Sandbox
) -> None:
    await sandbox.start(SAMPLE)
    teller = Recoveries(service="sample", instance="here", clock=SystemClock())
    bus = Bus(sandbox.nats, service="sample", clock=SystemClock())
    running = asyncio.create_task(teller.run(bus))
    servers.kill("nats")
    await eventually(lambda: _is(not bus.connected))
    for n in range(3):
        teller.note(RecoveryKind.BREAKER_OPENED, f"system {n}")

    async def told() -> bool:
        mine = [each.about for each in await recoveries(sandbox) if each.instance == "here"]
        return mine == ["system 0", "system 1", "system 2"]

    await eventually(told)

    async def of_the_service() -> bool:
        kinds = [each.kind for each in await recoveries(sandbox) if each.instance != "here"]
        return kinds == [RecoveryKind.BUS_RESTORED]

    await eventually(of_the_service)
    running.cancel()


async def test_a_database_that_was_away_is_told_of_with_how_long(
    servers: EmbeddedServers, tmp_path: Path
) -> None:
    async with sandbox_on(servers.urls, tmp_path) as sandbox:
        await sandbox.start(SAMPLE)
        servers.kill("postgres")

        async def told() -> bool:
            told = await only_one(sandbox)
            assert (told.kind, told.about) == (RecoveryKind.DATABASE_RESTORED, "PostgreSQL")
            assert told.seconds is not None
            return True

        await eventually(told)


async def _is(value: object) -> bool:
    return bool(value)

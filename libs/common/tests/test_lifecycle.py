import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from libs.common.tests.sample import SAMPLE, App, SayAgain, Write
from medianest.embedded import EmbeddedServers
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.bus import Handlers, Reach
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import run
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings
from medianest_common.testing.suite import ServiceBehaviour


class TestSample(ServiceBehaviour):
    service = SAMPLE


async def test_a_service_that_crashes_at_start_is_tried_again_while_the_others_go_on(
    sandbox: Sandbox,
) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.stop("sample")
    attempts, others_go_on = 0, False

    @asynccontextmanager
    async def fails(runtime: Runtime[Settings]) -> AsyncIterator[None]:
        nonlocal attempts
        attempts += 1
        if attempts < 3 or not others_go_on:
            raise RuntimeError("not yet")
        yield

    shaky = Service(name="shaky", handlers=Handlers("shaky"), open_app=fails, reach=Reach(keeps_streams=True))
    stop = asyncio.Event()
    up: list[str] = []
    running = asyncio.create_task(
        run([SAMPLE, shaky], stop=stop, overrides=sandbox.settings, ready=up.append)
    )
    await eventually(lambda: _answers(sandbox, "sample"))
    assert "shaky" not in up
    others_go_on = True
    await eventually(lambda: _answers(sandbox, "shaky"))
    assert attempts >= 3
    await eventually(lambda: _later(set(up) == {"sample", "shaky"}))
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_a_closed_bus_connection_restarts_the_service(sandbox: Sandbox, apps: list[App]) -> None:
    """Trap 1: a client that has given up never comes back, and its loops would spin."""
    await sandbox.start(SAMPLE)
    await sandbox.stop("sample")
    apps.clear()
    connections = []

    @asynccontextmanager
    async def remembers(runtime: Runtime[Settings]) -> AsyncIterator[App]:
        connections.append(runtime.bus._client)
        async with SAMPLE.open_app(runtime) as app:
            yield app

    stop = asyncio.Event()
    service = replace(SAMPLE, open_app=remembers)
    running = asyncio.create_task(run([service], stop=stop, overrides=sandbox.settings))
    await eventually(lambda: _answers(sandbox, "sample"))
    await connections[0].close()
    await eventually(lambda: _later(len(connections) == 2 and len(apps) == 2))
    await eventually(lambda: _answers(sandbox, "sample"))
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_each_server_may_die_and_come_back_without_a_restart_of_the_service(
    servers: EmbeddedServers, tmp_path: Path, apps: list[App]
) -> None:
    async with sandbox_on(servers.urls, tmp_path) as sandbox:
        await sandbox.start(SAMPLE)
        for name, part in (("nats", "nats"), ("postgres", "postgresql"), ("valkey", "valkey")):
            servers.kill(name)
            await eventually(lambda part=part: _all_fine(sandbox))  # type: ignore[misc]
            text = f"after {name}"
            await eventually(lambda text=text: _written(sandbox, apps[0], text))  # type: ignore[misc]
            await eventually(lambda text=text: _later(text in apps[0].heard))  # type: ignore[misc]
            assert apps[0].heard.count(text) == 1
        assert len(apps) == 1


async def _answers(sandbox: Sandbox, service: str) -> bool:
    try:
        await sandbox.bus.ask(ping_subject(service), timeout=10)
    except MediaNestError:
        return False
    return True


async def _all_fine(sandbox: Sandbox) -> bool:
    try:
        await sandbox.bus.call(SayAgain(text="there?"))
        answer = Readiness.model_validate_json(await sandbox.bus.ask(ping_subject("sample"), timeout=10))
    except MediaNestError as error:
        raise AssertionError(error.code) from error
    assert answer.status is CheckStatus.OK, answer.checks
    return True


async def _written(sandbox: Sandbox, app: App, text: str) -> bool:
    """Also if it was only the answer that was lost: the same is not written twice."""
    try:
        await sandbox.bus.call(Write(text=text))
    except MediaNestError as error:
        if text in app.heard:
            return True
        raise AssertionError(error.code) from error
    return True


async def _later(value: bool) -> bool:
    return value

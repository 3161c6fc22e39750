"""A node that leaves tells everybody before nobody can be told anything any more; they go on with another."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.live import CloseCode, LiveFrame
from medianest_common.contracts.notifications import push_subject
from medianest_common.testing.live_client import LiveClient
from medianest_notifications.service import SERVICE as NOTIFICATIONS
from services.gateway.tests.live.node import ORIGIN, caller, node
from services.gateway.tests.live.raw import RawClient
from services.gateway.tests.live.telling import tell, true


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(NOTIFICATIONS)
    return sandbox


@asynccontextmanager
async def in_front_of(*upstreams: int) -> AsyncIterator[int]:
    """A proxy that gives each connection to the first of them that is there; yields its port."""
    carrying: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in upstreams:
            with suppress(OSError):
                theirs, ours = await asyncio.open_connection("127.0.0.1", port)
                carrying.update(map(asyncio.create_task, (carry(reader, ours), carry(theirs, writer))))
                return
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


async def test_sockets_go_on_with_another_node_and_miss_nothing(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as there, AsyncExitStack() as stack:
        async with node(household) as here:
            port = await stack.enter_async_context(in_front_of(here.port, there.port))
            url = f"ws://127.0.0.1:{port}/api/v1/ws"
            live = LiveClient(url, ticket=there.ticket_for(ada), origin=ORIGIN)
            await stack.enter_async_context(live)
            assert (len(here.hub), len(there.hub)) == (1, 0)
            await tell(household, ada)
            await live.event("request.available")
        assert live.close_codes == [CloseCode.GOING_AWAY]
        await eventually(lambda: true(len(there.hub) == 1))
        await tell(household, ada)
        await eventually(lambda: true(live.seqs == [1, 2]))
        assert live.gaps == []


async def test_event_streams_are_told_when_to_come_back_and_go_on_with_another_node(
    household: Sandbox,
) -> None:
    """By `retry:`, which is all that a browser's own EventSource listens to."""
    ada = caller()
    async with node(household) as there, AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        async with node(household) as here:
            port = await stack.enter_async_context(in_front_of(here.port, there.port))
            url = f"http://127.0.0.1:{port}/api/v1/events"
            token = here.token_for(ada)
            there.principals |= here.principals
            headers = {"Authorization": f"Bearer {token}"}
            answer = await stack.enter_async_context(client.stream("GET", url, headers=headers))
            lines = answer.aiter_lines()
            await tell(household, ada)
            position = ""
            while not position:
                line = await anext(lines)
                position = line.removeprefix("id: ") if line.startswith("id: ") else ""
        rest = [line async for line in lines]
        bye = next(json.loads(line[6:]) for line in rest if line.startswith('data: {"t":"bye"'))
        assert bye["code"] == CloseCode.GOING_AWAY
        assert f"retry: {bye['retryMs']}" in rest
        await tell(household, ada)
        again = headers | {"Last-Event-ID": position}
        async with client.stream("GET", url, headers=again) as resumed, asyncio.timeout(20):
            seqs: list[int] = []
            async for line in resumed.aiter_lines():
                if line.startswith('data: {"t":"event"'):
                    seqs.append(json.loads(line[6:])["seq"])
                    break
            assert seqs == [2]


async def test_all_are_told_while_the_door_is_still_open(household: Sandbox) -> None:
    """Whoever comes meanwhile is sent elsewhere in words, and ordinary requests are answered."""
    ada, eve = caller(), caller("Eve")
    async with node(household) as there, AsyncExitStack() as stack:
        async with node(household, close_seconds=60) as here:
            # Somebody who does not read holds the goodbye up.
            stalled = await RawClient.signed_in(here, eve)
            for number in range(60):
                state = LiveFrame(key=f"k{number}", type="test", data={"filler": "x" * 60_000})
                await household.bus.publish_live(push_subject(eve.user_id), state.model_dump_json().encode())
            live = here.browser(ada, reconnect=False)
            await stack.enter_async_context(live)
            leaving = asyncio.create_task(here.hub.drain())
            assert await live.closed() == CloseCode.GOING_AWAY
            assert not leaving.done()
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
            url = f"http://127.0.0.1:{here.port}/api/v1/events"
            refused = await client.get(url, headers={"Authorization": f"Bearer {here.token_for(ada)}"})
            assert (refused.status_code, int(refused.headers["retry-after"])) == (503, 5)
            late = here.browser(ada, reconnect=False)
            await late.run()
            assert late.refusals == [503]
            stalled.vanish()
            await leaving
        async with there.browser(ada):
            pass


async def test_who_comes_without_an_upgrade_hears_what_is_missing(household: Sandbox) -> None:
    """A proxy that does not pass it on is the usual reason."""
    async with node(household) as here, httpx.AsyncClient(timeout=20, trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{here.port}/api/v1/ws")
        assert answer.status_code == 426
        assert answer.headers["upgrade"] == "websocket"
        assert "Upgrade" in answer.json()["detail"]


async def test_head_opens_no_stream(household: Sandbox) -> None:
    async with node(household) as here, httpx.AsyncClient(timeout=20, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {here.token_for(caller())}"}
        url = f"http://127.0.0.1:{here.port}/api/v1/events"
        answer = await client.head(url, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        assert (await client.head(url)).status_code == 401
        assert len(here.hub) == 0

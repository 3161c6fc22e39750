"""The proxy breaks connections as asked and mends them again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from medianest_common.testing.fault_proxy import FaultProxy


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.read(1000):
            writer.write(line)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with FaultProxy.start("127.0.0.1", port) as proxy:
            yield proxy


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, proxy: FaultProxy) -> "Line":
        return cls(*await asyncio.open_connection(proxy.host, proxy.port))

    async def echo(self, data: bytes, *, within: float = 5.0) -> bytes:
        self.writer.write(data)
        return await asyncio.wait_for(self.reader.readexactly(len(data)), within)


async def test_healed_everything_passes(proxy: FaultProxy) -> None:
    line = await Line.open(proxy)
    assert await line.echo(b"hello") == b"hello"
    assert proxy.connections == 1
    line.writer.close()


async def test_cut_resets_open_connections_and_takes_new_ones(proxy: FaultProxy) -> None:
    line = await Line.open(proxy)
    await line.echo(b"a")
    proxy.cut()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await line.echo(b"b")
    assert await (await Line.open(proxy)).echo(b"c") == b"c"


async def test_refuse_and_heal(proxy: FaultProxy) -> None:
    line = await Line.open(proxy)
    await line.echo(b"a")
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await Line.open(proxy)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await line.echo(b"b")
    await proxy.heal()
    assert await (await Line.open(proxy)).echo(b"c") == b"c"


async def test_a_black_hole_accepts_and_never_answers(proxy: FaultProxy) -> None:
    before = await Line.open(proxy)
    await before.echo(b"a")
    proxy.black_hole()
    for line in (before, await Line.open(proxy)):
        with pytest.raises(TimeoutError):
            await line.echo(b"b", within=0.1)
    await proxy.heal()
    assert await (await Line.open(proxy)).echo(b"c") == b"c"


async def test_delay_holds_every_chunk_back(proxy: FaultProxy) -> None:
    line = await Line.open(proxy)
    proxy.delay(0.1)
    started = asyncio.get_running_loop().time()
    await line.echo(b"a")
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_throttle_slows_the_flow(proxy: FaultProxy) -> None:
    proxy.throttle(2000)
    line = await Line.open(proxy)
    started = asyncio.get_running_loop().time()
    await line.echo(b"x" * 1000)
    assert asyncio.get_running_loop().time() - started >= 0.4


async def test_half_close_ends_the_answers_only(proxy: FaultProxy) -> None:
    line = await Line.open(proxy)
    await line.echo(b"a")
    proxy.half_close()
    assert await asyncio.wait_for(line.reader.read(), 5) == b""
    line.writer.write(b"still taken")
    await line.writer.drain()

"""A flush that is given up leaves the connection as it is."""

import asyncio

import nats
import nats.errors
import pytest

from medianest.testing import Sandbox
from medianest_common.bus import Bus
from medianest_common.testing.fault_proxy import FaultProxy


async def test_an_answer_that_comes_too_late_does_not_end_what_is_heard_on_the_connection(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    credentials, _, place = sandbox.urls.nats_url.removeprefix("nats://").rpartition("@")
    host, _, port = place.partition(":")
    async with FaultProxy.start(host, int(port)) as proxy:
        client = await nats.connect(f"nats://{credentials}@127.0.0.1:{proxy.port}", allow_reconnect=False)
        Bus(client, service="gateway", clock=sandbox.clock)
        heard = await client.subscribe("live.sample.topic")
        await client.flush(30)
        proxy.delay(3.0)
        with pytest.raises(nats.errors.FlushTimeoutError):
            await client.flush(1)
        cut_short = asyncio.create_task(client.flush(30))
        await asyncio.sleep(0)
        cut_short.cancel()
        await asyncio.gather(cut_short, return_exceptions=True)
        await client.flush(30)
        await sandbox.nats.publish("live.sample.topic", b"heard")
        assert (await heard.next_msg(timeout=30)).data == b"heard"
        assert not [line for line in caplog.records if line.name.startswith("nats")]
        await client.close()

"""NATS on another machine, over TLS and under an authority of one's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats.errors
import pytest

from medianest.embedded.binaries import find_nats
from medianest.operator_bus import operator_connection
from medianest.testing import eventually, free_port
from medianest_common.bus.broker import make_broker, stop_broker
from medianest_common.bus.credentials import Credentials, credentials
from medianest_common.bus.violations import Violations
from medianest_common.clock import SystemClock
from medianest_common.settings import Settings, SettingsError
from medianest_common.testing.certificates import self_signed


@asynccontextmanager
async def nats_over_tls(folder: Path) -> AsyncIterator[Settings]:
    _, certificate = await asyncio.to_thread(self_signed, folder, "localhost")
    key = certificate.with_suffix(".key")
    port = free_port()
    configuration = folder / "nats.conf"
    configuration.write_text(
        f'listen: "127.0.0.1:{port}"\ntls {{ cert_file: "{certificate}", key_file: "{key}" }}\n'
    )
    process = await asyncio.create_subprocess_exec(
        str(find_nats(None)), "-c", str(configuration), stderr=asyncio.subprocess.DEVNULL
    )

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    try:
        await eventually(listens)
        yield Settings(nats_url=f"tls://localhost:{port}", nats_ca_file=certificate)
    finally:
        process.terminate()
        await process.wait()


async def test_a_service_and_the_operator_believe_the_authority_that_is_named(tmp_path: Path) -> None:
    async with nats_over_tls(tmp_path) as settings:
        async with operator_connection(settings) as client:
            await client.flush(30)
        with pytest.raises((nats.errors.Error, OSError)):
            async with operator_connection(Settings(nats_url=settings.nats_url)):
                pass
        broker = make_broker(
            settings.nats_url,
            name="media",
            credentials=credentials(settings, user="media"),
            violations=Violations(service="media", clock=SystemClock()),
            on_closed=lambda: None,
        )
        client = await broker.connect()
        await client.flush(30)
        await stop_broker(broker, client)


async def test_an_authority_that_cannot_be_read_is_said_by_name(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    assert credentials(Settings(), user="media") == Credentials()
    for text in (None, "no certificate"):
        if text:
            nothing.write_text(text)
        with pytest.raises(SettingsError, match="MEDIANEST_NATS_CA_FILE"):
            credentials(Settings(nats_ca_file=nothing), user="media")

"""While one version takes over from another, the bus lets both do what they do; afterwards only the one that stays."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import nats.errors
import pytest

from medianest import bus_users
from medianest.bus_users import Permitted, permitted, write_users
from medianest.embedded.binaries import find_nats
from medianest.operator_bus import operator_connection
from medianest.testing import eventually, free_port
from medianest_common.seeds import seed_file
from medianest_common.settings import Settings

BEFORE, NOW, EXTRA = "rpc.auth.of_before", "rpc.auth.of_now", "rpc.extra.ping"


def _asking(subject: str, *, denied: str) -> dict[str, Permitted]:
    """This version's permissions, but that media asks one thing more and the gateway is denied one."""
    found = dict(permitted())
    media, gateway = found["media"], found["gateway"]
    found["media"] = {**media, "publish": [*media["publish"], subject]}
    found["gateway"] = {**gateway, "never_publish": [*gateway["never_publish"], denied]}
    return found


def _is(version: Mapping[str, Permitted], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_users, "permitted", lambda: version)


@asynccontextmanager
async def _server(bus: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    port = free_port()
    configuration = bus / "server" / "nats.conf"
    configuration.write_text(f'listen: "127.0.0.1:{port}"\ninclude "users.conf"\n')
    process = await asyncio.create_subprocess_exec(
        str(find_nats(None)), "-c", str(configuration), stderr=asyncio.subprocess.DEVNULL
    )
    url = f"nats://127.0.0.1:{port}"

    async def listens() -> bool:
        try:
            async with operator_connection(Settings(nats_url=url, nats_seeds_dir=bus)):
                return True
        except (OSError, nats.errors.Error):
            return False

    try:
        await eventually(listens)
        yield url, process
    finally:
        process.terminate()
        await process.wait()


async def _may_publish(url: str, seed: Path, subject: str) -> bool:
    """Raises what the client raises where the server does not let it in."""
    refused: list[str] = []

    async def hear(error: Exception) -> None:
        refused.append(str(error))

    client = await nats.connect(
        url, nkeys_seed_str=seed.read_text(), error_cb=hear, allow_reconnect=False, connect_timeout=30
    )
    try:
        await client.publish(subject, b"?")
        # The server answers in order, so that a refusal is there before the second pong.
        for _ in range(2):
            await client.flush(30)
    finally:
        await client.close()
    return not any("permissions violation" in each.lower() for each in refused)


async def test_both_versions_may_do_what_they_do_until_one_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _asking(BEFORE, denied="rpc.auth.operator_before")
    before["extra"] = Permitted(publish=[EXTRA], subscribe=["_INBOX.extra.>"], never_publish=[])
    _is(before, monkeypatch)
    write_users(tmp_path)
    media, gateway, extra = (seed_file(tmp_path, name) for name in ("media", "gateway", "extra"))
    async with _server(tmp_path) as (url, process):

        async def may(seed: Path, *subjects: str) -> set[str]:
            return {subject for subject in subjects if await _may_publish(url, seed, subject)}

        async def read_again(*, allowed: set[str]) -> None:
            process.send_signal(signal.SIGHUP)

            async def has_read() -> bool:
                try:
                    return await may(media, BEFORE, NOW) == allowed
                # Who is just connecting while the users change is sent away.
                except (OSError, nats.errors.Error):
                    return False

            await eventually(has_read)

        assert await may(media, BEFORE, NOW) == {BEFORE}

        _is(_asking(NOW, denied="rpc.auth.operator_now"), monkeypatch)
        for _ in range(2):  # An upgrade that was interrupted begins again.
            write_users(tmp_path, beside=True)
        await read_again(allowed={BEFORE, NOW})
        assert await may(extra, EXTRA) == {EXTRA}
        assert await may(gateway, "rpc.auth.operator_before", "rpc.auth.operator_now") == set()

        write_users(tmp_path)
        await read_again(allowed={NOW})
        with pytest.raises((OSError, nats.errors.Error)):
            await may(extra, EXTRA)


def test_where_both_versions_may_do_the_same_nothing_changes(tmp_path: Path) -> None:
    users = tmp_path / "server" / "users.conf"
    write_users(tmp_path, beside=True)
    at_first = users.read_text()
    write_users(tmp_path)
    assert users.read_text() == at_first
    write_users(tmp_path, beside=True)
    assert users.read_text() == at_first

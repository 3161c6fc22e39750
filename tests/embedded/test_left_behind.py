"""A supervisor that is killed leaves nothing that runs, and nothing that stands in the way of the next start."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from medianest.embedded import EmbeddedServers
from tests.embedded.clients import processes_of, until, write_everywhere, written

HOLDER = Path(__file__).with_name("holder.py")


async def start_holder(folder: Path) -> asyncio.subprocess.Process:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, str(HOLDER), str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout
    assert await asyncio.wait_for(holder.stdout.readline(), 180) == b"up\n"
    return holder


async def test_no_server_outlives_a_killed_supervisor(folder: Path) -> None:
    holder = await start_holder(folder)
    assert len(processes_of(folder)) >= 3
    holder.kill()
    await holder.communicate()

    async def all_gone() -> bool:
        return processes_of(folder) == []

    await until(all_gone, within=30)


async def test_the_next_start_works_at_once_after_a_kill(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        await write_everywhere(servers.urls, "before")
        urls = servers.urls
    for _ in range(2):
        holder = await start_holder(folder)
        holder.kill()
        await holder.communicate()
        async with EmbeddedServers(folder) as servers:
            assert servers.urls == urls
            assert await written(urls) == (["before"], 1)


async def test_a_server_left_by_an_earlier_run_is_ended(folder: Path) -> None:
    """Where the system cannot tie a server to its supervisor, the recorded pid does."""
    async with EmbeddedServers(folder) as servers:
        port = servers.urls.valkey_url
    configuration = folder / "servers" / "valkey.conf"
    from medianest.embedded.binaries import find_valkey

    left = await asyncio.create_subprocess_exec(
        str(find_valkey()), str(configuration), stdout=asyncio.subprocess.DEVNULL
    )
    (folder / "servers" / "valkey.pid").write_text(str(left.pid))
    async with EmbeddedServers(folder) as servers:
        assert await asyncio.wait_for(left.wait(), 120) is not None
        assert servers.urls.valkey_url == port


async def test_a_recorded_pid_that_now_belongs_to_somebody_else_is_left_alone(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        [socket] = (folder / "servers" / "postgres").glob(".s.PGSQL.*[0-9]")
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    (folder / "servers" / "postgres.pid").write_text(str(stranger.pid))
    (folder / "servers" / "postgres" / "postmaster.pid").write_text(
        f"{stranger.pid}\n{folder}/servers/postgres\n1700000000\n1\n\n127.0.0.1\n        0         0\nready   \n"
    )
    socket.with_name(f"{socket.name}.lock").write_text(
        f"{stranger.pid}\n{folder}/servers/postgres\n1700000000\n1\n{folder}/servers/postgres\n"
    )
    try:
        async with EmbeddedServers(folder) as servers:
            assert servers.pid("postgres") != stranger.pid
            assert stranger.returncode is None
    finally:
        os.kill(stranger.pid, signal.SIGKILL)
        await stranger.wait()


async def test_an_interrupted_first_start_begins_afresh(folder: Path) -> None:
    half_made = folder / "servers" / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    async with EmbeddedServers(folder) as servers:
        await write_everywhere(servers.urls, "fine")
    assert not half_made.exists()

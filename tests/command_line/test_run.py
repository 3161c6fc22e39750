"""`medianest run`: everything up from nothing, and down without a trace, however it ends."""

import os
import signal
import socket
import time

import httpx
import pytest

from tests.command_line.installation import Installation
from tests.embedded.clients import until


async def test_everything_comes_up_from_nothing_and_goes_down_at_ctrl_c(installation: Installation) -> None:
    await installation.run()
    assert f"MediaNest is up on {installation.address}" in installation.output
    assert f"{installation.address}/setup#token=" in installation.output
    assert await until(installation.ready)

    before = time.monotonic()
    assert await installation.interrupt() == 0
    assert time.monotonic() - before < 5
    assert installation.processes() == []


async def test_a_second_run_on_the_same_folder_says_so(installation: Installation) -> None:
    await installation.run("youtube")
    code, said = await installation.command("run", "youtube")
    assert code == 1
    assert f"already runs on the data folder {installation.folder}/data (process {installation.pid})" in said
    assert "Traceback" not in said


async def test_nothing_outlives_a_kill_and_the_next_start_recovers(installation: Installation) -> None:
    await installation.run("youtube")
    await installation.kill()

    async def gone() -> bool:
        return installation.processes() == []

    assert await until(gone)
    await installation.run("youtube")
    assert await installation.interrupt() == 0


async def test_each_service_in_a_process_of_its_own_comes_back_when_killed(
    installation: Installation,
) -> None:
    await installation.run("--processes")
    assert await until(installation.ready)
    pids = installation.folder / "data" / "services"
    dead = (pids / "youtube.pid").read_text()

    os.kill(int(dead), signal.SIGKILL)

    async def replaced() -> bool:
        return (pids / "youtube.pid").read_text() != dead and await installation.ready()

    assert await until(replaced, within=20)
    assert await installation.interrupt() == 0
    assert installation.processes() == []


async def test_a_taken_address_is_named_with_the_setting_to_change(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        code, said = await installation.command("run")
    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{installation.port}" in said
    assert "MEDIANEST_PORT" in said


async def test_wrong_settings_are_named_all_at_once(installation: Installation) -> None:
    code, said = await installation.command("run", MEDIANEST_PORT="many", MEDIANEST_BASE_URL="ftp://x")
    assert code == 1
    assert "MEDIANEST_PORT" in said
    assert "MEDIANEST_BASE_URL" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["run", "migrate"])
async def test_an_unknown_service_is_refused_with_the_known_ones(
    installation: Installation, command: str
) -> None:
    code, said = await installation.command(command, "minidisc")
    assert code == 1
    assert "There is no service 'minidisc'" in said
    assert "notifications" in said


async def test_a_demo_has_something_on_every_page_and_leaves_nothing_behind(
    installation: Installation,
) -> None:
    await installation.run(command="demo")

    async def filled() -> bool:
        return "requests were made" in installation.output

    assert await until(filled, within=60), installation.output
    async with httpx.AsyncClient(base_url=installation.address, timeout=10) as client:
        line = next(line for line in installation.output.splitlines() if "Sign in as the owner" in line)
        *_, email, password = line.split()
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
        headers = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
        for path in ("/media/requests", "/plex/recently-added", "/notifications"):
            page = await client.get(f"/api/v1{path}", headers=headers)
            assert page.json()["items"], path
    assert await installation.interrupt() == 0

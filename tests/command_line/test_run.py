"""`medianest run`: everything up from nothing, and down without a trace, however it ends."""

import json
import os
import re
import signal
import socket
import time
from urllib.parse import parse_qsl

import httpx
import pytest

from medianest import registry
from tests.command_line.installation import Installation
from tests.embedded.clients import until


async def test_everything_comes_up_from_nothing_and_goes_down_at_ctrl_c(installation: Installation) -> None:
    await installation.run()
    assert f"MediaNest is up on {installation.address}" in installation.output
    await installation.says(f"{installation.address}/setup#token=")
    assert await until(installation.ready)

    before = time.monotonic()
    assert await installation.interrupt() == 0
    assert time.monotonic() - before < 30
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
    assert installation.output.count("MediaNest is up") == 1
    pids = installation.folder / "data" / "services"
    dead = (pids / "youtube.pid").read_text()

    os.kill(int(dead), signal.SIGKILL)

    async def replaced() -> bool:
        return (pids / "youtube.pid").read_text() != dead and await installation.ready()

    assert await until(replaced)
    assert await installation.interrupt() == 0
    assert installation.processes() == []


async def test_each_process_has_metrics_at_an_address_that_prometheus_can_read(
    installation: Installation,
) -> None:
    await installation.run("--processes")
    folder = installation.folder / "data" / "services"
    found = {}
    async with httpx.AsyncClient(timeout=30) as client:
        for file in folder.glob("*.targets.json"):
            (group,) = json.loads(file.read_text())
            (target,) = group["targets"]
            found[group["labels"]["service"]] = (await client.get(f"http://{target}/health")).status_code
            if group["labels"]["service"] == "media":
                assert "process_cpu_seconds_total" in (await client.get(f"http://{target}/metrics")).text
    assert found == dict.fromkeys(registry.ALL, 200)


async def test_the_address_follows_the_port(installation: Installation) -> None:
    await installation.run(MEDIANEST_BASE_URL="")
    assert f"MediaNest is up on http://localhost:{installation.port} " in installation.output


async def test_ctrl_c_in_the_middle_of_a_start_ends_it(installation: Installation) -> None:
    await installation.begin("run")

    async def servers_start() -> bool:
        return len(installation.processes()) > 1

    async def nothing_left() -> bool:
        return installation.processes() == []

    assert await until(servers_start)
    assert await installation.interrupt() == 0
    # What had not even been started to the end is ended by the system, which takes it a moment.
    assert await until(nothing_left, within=20)
    assert "Traceback" not in installation.output


async def test_a_taken_address_is_named_with_the_setting_to_change(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        code, said = await installation.command("run")
    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{installation.port}" in said
    assert "MEDIANEST_PORT" in said


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_wrong_settings_are_named_all_at_once(installation: Installation, command: str) -> None:
    code, said = await installation.command(command, MEDIANEST_PORT="many", MEDIANEST_BASE_URL="ftp://x")
    assert code == 1
    assert "MEDIANEST_PORT" in said
    assert "MEDIANEST_BASE_URL" in said
    assert "Traceback" not in said

    code, said = await installation.command(
        command, MEDIANEST_RATE_LIMIT_SCALE="-1", MEDIANEST_HEALTH_PROBE_SECONDS="99"
    )
    assert code == 1
    assert "MEDIANEST_RATE_LIMIT_SCALE" in said
    assert "MEDIANEST_HEALTH_PROBE_SECONDS" in said
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
    await installation.says("requests were made")
    line = next(line for line in installation.output.splitlines() if "Sign in with a password" in line)
    *_, email, password = line.split()
    async with httpx.AsyncClient(base_url=f"{installation.address}/api/v1", timeout=60) as client:
        csrf = {"X-CSRF-Token": (await client.get("/csrf")).json()["token"]}
        body = {"email": email, "password": password}
        assert (await client.post("/auth/login", json=body, headers=csrf)).status_code == 200
        found = {}
        for path in (
            "/media/requests",
            "/plex/libraries",
            "/plex/recently-added",
            "/notifications",
            "/services/status",
        ):
            found[path] = (await client.get(path)).json()["items"]
            assert found[path], path
        states = {request["status"] for request in found["/media/requests"]}
        assert states == {"pending", "processing", "available", "declined", "failed"}
        # A look that took too long is put right by the next one.
        assert await until(lambda: _all_up(client))
    assert await installation.interrupt() == 0
    assert installation.processes() == []


async def _all_up(client: httpx.AsyncClient) -> bool:
    items = (await client.get("/services/status")).raise_for_status().json()["items"]
    return {monitor["status"] for monitor in items} == {"up"}


async def test_a_friend_signs_in_to_the_demo_through_the_page_of_the_pretend_plex(
    installation: Installation,
) -> None:
    await installation.run(command="demo")
    async with httpx.AsyncClient(base_url=installation.address, timeout=60) as browser:
        csrf = {"X-CSRF-Token": (await browser.get("/api/v1/csrf")).json()["token"]}
        started = (await browser.post("/api/v1/auth/plex/pin", headers=csrf)).json()
        address, _, asked = started["authUrl"].partition("#?")
        choice = dict(parse_qsl(asked))
        buttons = (await browser.get(address)).text
        account = re.search(r'value="(\d+)">anna<', buttons)
        assert account, buttons
        agreed = await browser.post(
            address,
            data={"code": choice["code"], "forwardUrl": choice["forwardUrl"], "account": account[1]},
        )
        back = await browser.get(agreed.headers["location"])
        assert back.headers["location"] == "/"
        session = (await browser.get("/api/v1/auth/session")).json()
    assert (session["user"]["name"], session["user"]["role"]) == ("anna", "user")
    assert await installation.interrupt() == 0
    assert installation.processes() == []

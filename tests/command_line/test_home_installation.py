"""As a household gets it: wheels, one command to install them, one to start; nothing of the checkout is needed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from medianest.testing import free_port

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv") or str(ROOT / ".tools" / "uv" / "bin" / "uv")
_MINUTES = 900
_ABOUT_THE_INDEX = (
    "UV_",
    "PIP_",
    "SSL_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_wheels_and_one_command_are_an_installation(folder: Path) -> None:
    wheels, home = folder / "wheels", folder / "home"
    home.mkdir()
    # The environment that these tests run in is left as it is.
    _done("make", "-C", str(ROOT), "-o", ".venv/.synced", "dist", f"DIST={wheels}", env=dict(os.environ))
    cache = _done(UV, "cache", "dir", env=dict(os.environ)).strip()
    bare = {"HOME": str(home), "PATH": f"{home}/.local/bin:/usr/bin:/bin"}
    about_the_index = {name: value for name, value in os.environ.items() if name.startswith(_ABOUT_THE_INDEX)}
    _done(
        *(UV, "tool", "install", "-q", "--python", f"{sys.base_prefix}/bin/python3"),
        *("-c", str(wheels / "constraints.txt"), "--find-links", str(wheels), "medianest"),
        env=bare | about_the_index | {"UV_CACHE_DIR": cache},
    )
    program = home / ".local" / "bin" / "medianest"
    assert _done(str(program), "version", env=bare).strip() == "0.1.0"

    port = free_port()
    log = folder / "run.log"
    with log.open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            program, "run", cwd=folder, env=bare | {"MEDIANEST_PORT": str(port)}, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 180
        while b"MediaNest is up" not in log.read_bytes():
            assert running.returncode is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            await asyncio.sleep(0.1)
        async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=30) as client:
            assert "<!doctype html>" in (await client.get("/")).raise_for_status().text
            assert (await client.get("/health/ready")).status_code == 200
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(running.wait(), 60) == 0
    assert (home / ".local" / "share" / "medianest" / "servers" / "postgres").is_dir()


def _done(*command: str, env: dict[str, str]) -> str:
    answer = subprocess.run(command, env=env, capture_output=True, text=True, timeout=_MINUTES, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout

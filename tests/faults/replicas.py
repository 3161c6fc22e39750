"""All services in one process, several times on one bus and one database, and people at the doors of all of them."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from medianest.installation import without_user
from medianest.testing import SECRET_KEY, eventually
from medianest_common.testing.fake_overseerr import FakeOverseerr

ROOT = Path(__file__).parents[2]
FIRST = 940_000
FILMS = 3_000
PASSWORD = "correct horse battery staple"
_TRIES = 6
_NO_TIME = (503, 504)
SETUP_TOKEN = "a-set-up-token-of-the-tests-0123456789"


@dataclass
class Replica:
    """One of everything, made of the code in a folder."""

    code: Path
    port: int
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str) -> None:
        sources = [self.code, self.code / "libs" / "common" / "src", *self.code.glob("services/*/src")]
        ready = self.log.with_suffix(".ready")
        ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "medianest", "run", "--ready-file", str(ready), *arguments),
                cwd=self.code,
                env=self.environment
                | {"PYTHONPATH": os.pathsep.join(map(str, sources)), "MEDIANEST_PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

        async def up() -> bool:
            assert self.process and self.process.returncode is None, self.log.read_text()[-3000:]
            return ready.exists()

        await eventually(up, within=180)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}/api/v1"

    async def kill(self) -> None:
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            await asyncio.wait_for(self.process.wait(), 60)

    def was_refused_nothing(self) -> None:
        """Whatever a service tried on the bus for want of a permission is a fault of ours."""
        assert "bus_violation" not in self.log.read_text(errors="replace"), self.log


def release(overseerr: FakeOverseerr) -> None:
    for number in range(FILMS):
        overseerr.add_movie(FIRST + number, f"Film {number}", 2020)


def environment(
    settings: dict[str, Any], overseerr: FakeOverseerr, folder: Path, *, seeds: Path | None
) -> dict[str, str]:
    """With `seeds` each service comes to the bus as itself, else all of them as the operator."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
    ours = settings | {
        "data_dir": folder / "data",
        "secret_key": SECRET_KEY,
        "setup_token": SETUP_TOKEN,
        "base_url": "http://localhost:8585",
        "rate_limit_scale": 100,
        "overseerr_url": overseerr.url,
        "overseerr_api_key": overseerr.api_key,
        "media_poll_seconds": 2,
        "youtube_proxy": "http://127.0.0.1:9",
        "tmdb_images_url": "http://127.0.0.1:9",
        "plex_tv_url": "http://127.0.0.1:9",
    }
    if seeds:
        ours |= {"nats_url": without_user(settings["nats_url"]), "nats_seeds_dir": seeds}
    return plain | {f"MEDIANEST_{name.upper()}": str(value) for name, value in ours.items()}


async def set_up(client: httpx.AsyncClient, door: str) -> None:
    csrf = (await client.get(f"{door}/csrf")).json()["token"]
    who = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": "o@example.org", "password": PASSWORD}
    made = await client.post(f"{door}/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {made.raise_for_status().json()['accessToken']}"


@asynccontextmanager
async def busy(
    client: httpx.AsyncClient, doors: list[str], *, tries: int = _TRIES
) -> AsyncIterator[Counter[int]]:
    """Answers by status; 0 for none. Whoever finds nobody at one door, or nobody with time, asks at the next, so many
    times."""
    answers: Counter[int] = Counter()
    stop = asyncio.Event()

    async def ask(turn: int, method: str, path: str, **options: Any) -> None:
        status = 0
        for attempt in range(tries):
            with suppress(httpx.TransportError):
                door = doors[(turn + attempt) % len(doors)]
                status = (await client.request(method, door + path, **options)).status_code
                if status not in _NO_TIME:
                    break
            await asyncio.sleep(0.2 * attempt)
        answers[status] += 1

    async def read() -> None:
        turn = 0
        while not stop.is_set():
            for path in (
                "/media/requests?limit=20",
                "/notifications",
                "/auth/session",
                "/media/requests/counts",
            ):
                await ask(turn := turn + 1, "GET", path)

    async def request() -> None:
        film = FIRST
        while not stop.is_set():
            key = {"Idempotency-Key": f"film-{film}"}
            await ask(
                film, "POST", "/media/request", json={"mediaType": "movie", "tmdbId": film}, headers=key
            )
            film += 1
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as working:
        working.create_task(read())
        working.create_task(request())
        try:
            yield answers
        finally:
            stop.set()


async def more(answers: Counter[int], number: int) -> None:
    goal = answers.total() + number

    async def reached() -> bool:
        return answers.total() >= goal

    await eventually(reached, within=180)


async def all_filed_once(overseerr: FakeOverseerr, made: int) -> None:
    """`made` at least: one whose answer got lost may have been taken."""

    async def filed() -> bool:
        return len(overseerr.requests) >= made

    await eventually(filed, within=180)
    times = Counter(request.media.tmdb_id for request in overseerr.requests)
    assert {film: number for film, number in times.items() if number != 1} == {}

"""One gateway and one media service against two of each, on the same machine and the same servers: how much more is
answered, and what each answer costs."""

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

from bench.load import Run, cpu_seconds, request
from bench.load import measure as measure_load
from bench.product import Running, environment_of, free_port, product
from bench.requests import hold_back, posts, seed
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest.installation import without_user

_ROUNDS = 3
_SECONDS = 4.0
_DOUBLED = ("gateway", "media")
_SERVERS = ("postgres", "nats-server", "valkey")
_POSTS = 2_000
_START_SECONDS = 90


@dataclass(frozen=True)
class _Measured:
    run: Run
    by_part: dict[str, float]
    """Milliseconds of CPU for one answer."""

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {ms:.2f}" for name, ms in self.by_part.items())
        return f"{self.run.per_second:.0f}/s, {self.run.cpu_each_ms:.2f} ms CPU ({parts})"


async def measure() -> list[Row]:
    """Both take turns, so that whatever else the machine does falls on both."""
    names = ("auth", "media", "gateway")
    found: dict[tuple[str, int], list[_Measured]] = {}
    asked = 0
    async with product(names=names, processes=True, media_poll_seconds="3600") as running:
        await hold_back(running, stream="JOB_MEDIA", consumer="media__submit_request")
        await seed(running, 1, 10_000)
        listing = [request("GET", "/api/v1/media/requests?limit=20", token=running.token)]
        for _ in range(_ROUNDS):
            for number in (1, 2):
                async with AsyncExitStack() as stack:
                    ports = [running.port]
                    more: list[psutil.Process] = []
                    if number == 2:
                        port, more = await stack.enter_async_context(_second_of_each(running))
                        ports.append(port)

                    def all_of_it(more: Sequence[psutil.Process] = tuple(more)) -> list[psutil.Process]:
                        return [*running.processes(), *more]

                    listed = await _measured(ports, listing, all_of_it)
                    found.setdefault(("list of 20 of 10,000", number), []).append(listed)
                    made = await _measured(ports, posts(running, asked, _POSTS), all_of_it, expect=201)
                    found.setdefault(("make a request", number), []).append(made)
                    asked += _POSTS
    rows = []
    for what in ("list of 20 of 10,000", "make a request"):
        one, two = (_median(found[what, number]) for number in (1, 2))
        ratio = two.run.per_second / one.run.per_second
        cost = two.run.cpu_each_ms / one.run.cpu_each_ms
        limit = f"one of each: {one}"
        ours = f"{two}; {ratio:.2f} × as many at {cost:.2f} × the CPU"
        rows.append(Row(f"{what}, two gateways and two media services", ours, "", limit, None, ratio))
    return rows


def _median(runs: Sequence[_Measured]) -> _Measured:
    middle = statistics.median_low(measured.run.per_second for measured in runs)
    return next(measured for measured in runs if measured.run.per_second == middle)


async def _measured(
    ports: Sequence[int],
    messages: list[bytes],
    processes: Callable[[], list[psutil.Process]],
    *,
    expect: int = 200,
) -> _Measured:
    before: dict[str, tuple[list[psutil.Process], float]] = {}

    def after_the_warm_up() -> list[psutil.Process]:
        present = processes()
        parts: dict[str, list[psutil.Process]] = {}
        for process in present:
            parts.setdefault(_part(process), []).append(process)
        before.update({name: (members, cpu_seconds(members)) for name, members in sorted(parts.items())})
        return present

    run = await measure_load(
        ports, messages, connections=16, seconds=_SECONDS, processes=after_the_warm_up, expect=expect
    )
    if run.failed:
        raise RuntimeError(f"{run.failed} of {run.requests} failed")
    spent = {name: cpu_seconds(members) - then for name, (members, then) in before.items()}
    return _Measured(run, {name: seconds * 1000 / run.requests for name, seconds in spent.items()})


def _part(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        name = process.name()
        if server := next((server for server in _SERVERS if server in name), None):
            return server
        return next((part for part in _DOUBLED if f" run {part} " in " ".join(process.cmdline())), "others")
    return "others"


@asynccontextmanager
async def _second_of_each(running: Running) -> AsyncIterator[tuple[int, list[psutil.Process]]]:
    urls = urls_of_running(running.data_dir)
    assert urls
    port = free_port()
    environment = environment_of(
        running.data_dir,
        port,
        base_url=f"http://localhost:{running.port}",
        nats_url=without_user(urls.nats_url),
        nats_seeds_dir=str(urls.nats_seeds_dir),
        database_url=urls.database_url,
        valkey_url=urls.valkey_url,
        media_poll_seconds="3600",
    )
    started = []
    try:
        for name in _DOUBLED:
            ready = running.data_dir / f"second-{name}.ready"
            ready.unlink(missing_ok=True)
            with (running.data_dir / f"second-{name}.log").open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "medianest", "run", name, "--no-migrate"),
                    *("--ready-file", str(ready)),
                    env=environment | {"MEDIANEST_OPS_PORT": str(port if name == "gateway" else free_port())},
                    stdout=log,
                    stderr=log,
                )
            started.append((process, ready))
        async with asyncio.timeout(_START_SECONDS):
            while not all(ready.exists() for _, ready in started):
                await asyncio.sleep(0.1)
        yield port, [psutil.Process(process.pid) for process, _ in started]
    finally:
        for process, _ in started:
            process.terminate()
        await asyncio.gather(*(asyncio.wait_for(process.wait(), 15) for process, _ in started))

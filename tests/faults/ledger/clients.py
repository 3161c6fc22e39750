"""The people in a process of their own, so that nothing that breaks or looks holds up, or knows, what they were told.

Started as `python -m tests.faults.ledger.clients`, it is told by lines what to do, and answers each with a line.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from tests.faults.ledger.book import Book
from tests.faults.ledger.load import People
from tests.world import Browsers, Product

_ANSWER_SECONDS = 180.0
_LONGEST_LINE = 2**24


@dataclass(frozen=True)
class Place:
    """Where they find the portal, and what they write down in."""

    port: int
    plex: str
    accounts: dict[str, int]
    book: str
    seed: int


@dataclass
class Report:
    """What clients see of how things stand: see `Seen`."""

    live: dict[str, list[int]] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    sessions: dict[str, int] = field(default_factory=dict)
    revoked: list[int] = field(default_factory=list)


class Clients:
    """`come` has them sign in and open their pages; what they do, they do between `begin` and `end`. `report` may be
    asked for as often as one likes."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def come(self) -> None:
        await self._told("come")

    async def begin(self) -> None:
        await self._told("begin")

    async def end(self) -> None:
        await self._told("end")

    async def report(self) -> Report:
        return Report(**json.loads(await self._told("report")))

    def are_there(self) -> bool:
        return self._process.returncode is None

    async def _told(self, what: str) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{what}\n".encode())
        line = await asyncio.wait_for(self._process.stdout.readline(), _ANSWER_SECONDS)
        assert line, f"the clients have ended: {self._log.read_text()[-3000:]}"
        return line.decode()


@asynccontextmanager
async def clients(place: Place, log: Path) -> AsyncIterator[Clients]:
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.ledger.clients", json.dumps(asdict(place))),
            cwd=Path(__file__).parents[3],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
            limit=_LONGEST_LINE,
        )
    try:
        yield Clients(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _report(people: People) -> Report:
    report = Report()
    for name, person in people.everybody.items():
        report.sessions[name] = (await person.get("/auth/session")).status_code
    visitor = await people.browsers.person()
    for token in people.signed_out:
        answer = await visitor.get("/auth/session", headers={"Authorization": f"Bearer {token}"})
        report.revoked.append(answer.status_code)
    report.live = {name: page.seqs for name, page in people.pages.items()}
    for page in [*people.pages.values(), *people.pages_before]:
        report.trouble += [f"a page was told of a gap: {gap}" for gap in page.gaps]
        report.trouble += [f"a page saw a hole: {hole}" for hole in page.holes]
    return report


async def _obey(place: Place) -> None:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as living:
        browsers = Browsers(Product(Path(), {}, place.port), stack)
        plex = await stack.enter_async_context(httpx.AsyncClient(base_url=place.plex, timeout=60))
        people = People(browsers, plex, place.accounts, Book(Path(place.book)), place.seed)
        lives: asyncio.Task[None] | None = None
        lines = await _lines()
        while line := await lines.readline():
            said = "done"
            match line.decode().strip():
                case "come":
                    await people.arrive()
                case "begin":
                    lives = living.create_task(people.live())
                case "end":
                    assert lives
                    people.ends.set()
                    await lives
                case _:
                    said = json.dumps(asdict(await _report(people)))
            print(said, flush=True)


async def _lines() -> asyncio.StreamReader:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    return lines


if __name__ == "__main__":
    asyncio.run(_obey(Place(**json.loads(sys.argv[1]))))

"""What clients were told: every call is written down before it is made and again when it has been answered."""

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Ask = Callable[[], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Entry:
    """One call. `status` is None where no answer came, so that nobody can say whether it was carried out. `at` and
    `until` are the seconds of the clients' clock between which it was waited for."""

    who: str
    what: str
    thing: str
    status: int | None = None
    code: str = ""
    id: str = ""
    why: str = ""
    at: float = 0.0
    until: float = 0.0

    @property
    def done(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def unsure(self) -> bool:
        """It may have been carried out: nobody answered, or whoever answered had not heard the end of it."""
        return self.status is None or self.status >= 500


@dataclass
class Book:
    """A file that only grows."""

    path: Path
    calls: int = field(default=0, init=False)

    async def note(self, who: str, what: str, thing: str, ask: Ask) -> Entry:
        self.calls += 1
        number, at = self.calls, time.monotonic()
        self._write({"call": number, "who": who, "what": what, "thing": thing, "at": at})
        body: dict[str, Any] = {}
        try:
            answer = await ask()
        except httpx.TransportError as error:
            said: dict[str, Any] = {"status": None, "why": type(error).__name__}
        else:
            if answer.content and "json" in answer.headers.get("content-type", ""):
                body = answer.json()
            said = {
                "status": answer.status_code,
                "code": str(body.get("code", "")),
                "id": _id_of(body),
                "why": str(body.get("detail", "")),
            }
        said["until"] = time.monotonic()
        self._write({"call": number, **said})
        return Entry(who, what, thing, at=at, **said)

    def read(self) -> list[Entry]:
        return read(self.path.read_text().splitlines())

    def _write(self, line: dict[str, Any]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def read(lines: Iterable[str]) -> list[Entry]:
    """In the order in which the calls were made; one whose end is not written down was not answered."""
    calls: dict[int, dict[str, Any]] = {}
    for line in lines:
        part = json.loads(line)
        calls.setdefault(part.pop("call"), {}).update(part)
    return [Entry(**call) for call in calls.values()]


def _id_of(body: dict[str, Any]) -> str:
    made = body.get("download") or body.get("monitor") or body
    return str(made.get("id", ""))

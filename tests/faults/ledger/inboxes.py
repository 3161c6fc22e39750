"""What inboxes have held: of each the newest thousand are kept, and a long run brings more."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import httpx

from tests.faults.ledger.seen import Json, every
from tests.world import Person

_EVERY_SECONDS = 60.0
"""By far fewer than a thousand come meanwhile."""


class Inboxes:
    def __init__(self, everybody: Mapping[str, Person]) -> None:
        self._everybody = everybody
        self._ever: defaultdict[str, dict[str, Json]] = defaultdict(dict)

    def ever(self) -> dict[str, list[Json]]:
        """Whatever was seen in each."""
        return {name: list(self._ever[name].values()) for name in self._everybody}

    async def read(self) -> dict[str, list[int]]:
        """The numbers that are there now."""
        return {name: await self._read(name, person) for name, person in self._everybody.items()}

    async def reading(self, ends: asyncio.Event, sign_in_again: Callable[[], Awaitable[None]]) -> None:
        """Now and then, as far as it goes while things break."""
        while not ends.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ends.wait(), _EVERY_SECONDS)
            with suppress(httpx.HTTPError):
                try:
                    await self.read()
                except httpx.HTTPStatusError as error:
                    # Their tokens do not last as long as the run.
                    if error.response.status_code == 401:
                        await sign_in_again()

    async def _read(self, name: str, person: Person) -> list[int]:
        found = [
            entry
            # What is not true any more was put away, and is listed apart.
            for dismissed in ("false", "true")
            for entry in await every(person, "/notifications", limit=100, dismissed=dismissed)
        ]
        self._ever[name] |= {entry["id"]: entry for entry in found}
        return sorted(entry["seq"] for entry in found)

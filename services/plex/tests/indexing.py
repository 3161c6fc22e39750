"""The service without its clockwork: a test says when it looks at the libraries, and hears what it tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common.bus import Handlers
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.service import Runtime
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_plex.items import Item
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE, open_app
from medianest_plex.sync import Sync


@dataclass
class Indexed:
    app: PlexApp
    plex: FakePlex
    clock: ShiftedClock
    told: list[ItemEvent]
    sandbox: Sandbox

    async def beat(self, *, after: float = 31) -> None:
        self.clock.advance(after)
        await Sync(self.app).beat()

    def item(self, title: str) -> Item:
        """Of the pretend server."""
        return next(item for item in self.plex.library.items.values() if item.title == title)

    async def titles(self, kind: str = "movie") -> list[str]:
        return [
            row[0]
            for row in await self.rows("select title from items where type = :kind order by 1", kind=kind)
        ]

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.app.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def events(self, count: int) -> list[ItemEvent]:
        """What was told since the last call, once there is that much."""

        async def there() -> bool:
            return len(self.told) >= count

        await eventually(there)
        told, self.told[:] = list(self.told), []
        return told

    async def nothing_more_is_told(self) -> None:
        """Everything that was to be told has been published, and what was published has been heard."""

        async def published() -> bool:
            return await self.rows("select 1 from outbox") == []

        await eventually(published)
        await self.sandbox.nats.flush(timeout=30)
        # What has arrived is handed on in the next turns of the loop.
        await asyncio.sleep(0.05)
        assert self.told == []


@pytest.fixture
async def indexed(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Indexed:
    return await indexed_at(plex.server_url, sandbox, plex, clock)


async def indexed_at(url: str, sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Indexed:
    """`url` leads to the pretend server."""
    opened: list[PlexApp] = []

    @asynccontextmanager
    async def opening(runtime: Runtime[Any]) -> AsyncIterator[PlexApp]:
        async with open_app(runtime) as app:
            opened.append(app)
            yield app

    quiet = replace(SERVICE, handlers=Handlers("plex"), open_app=opening)
    told: list[ItemEvent] = []
    kinds: list[type[ItemEvent]] = [ItemAdded, ItemChanged, ItemRemoved]
    for kind in kinds:

        async def hear(message: Any, kind: type[ItemEvent] = kind) -> None:
            told.append(kind.model_validate_json(message.data))

        await sandbox.nats.subscribe(kind.subject, cb=hear)
    await sandbox.start(quiet, plex_url=url, plex_token=plex.server_token)
    await opened[0].plex.watch.look(patience=30)
    return Indexed(opened[0], plex, clock, told, sandbox)

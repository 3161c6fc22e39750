"""The service with an index of everything, kept by the test, and people who look around in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex.browse import ItemPage, ListItems
from medianest_common.service import Runtime
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE, open_app
from medianest_plex.sync import Sync
from services.plex.tests.household import Household


@dataclass
class Shelved(Household):
    app: PlexApp

    async def reread(self) -> None:
        """The index is what the libraries are."""
        self.clock.advance(86_500)
        await Sync(self.app).beat()
        await self.app.plex.watch.look(patience=30, again_after=0)

    def key(self, title: str) -> str:
        return next(i.rating_key for i in self.plex.library.items.values() if i.title == title)

    async def items(self, by: UUID | None = None, *, role: Role = Role.USER, **query: Any) -> list[str]:
        """All pages, two by two."""
        found: list[str] = []
        cursor = None
        while True:
            page = await self.page(by, role=role, cursor=cursor, **{"limit": 2, **query})
            found += [item.title for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    async def page(self, by: UUID | None = None, *, role: Role = Role.USER, **query: Any) -> ItemPage:
        return await self.ask(ListItems(**{"library": "1", **query}), by=by, role=role)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.app.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]


@pytest.fixture
async def shelved(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Shelved:
    return await shelved_at(plex.server_url, sandbox, plex, clock)


async def shelved_at(url: str, sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Shelved:
    """`url` leads to the pretend server."""
    opened: list[PlexApp] = []

    @asynccontextmanager
    async def opening(runtime: Runtime[Any]) -> AsyncIterator[PlexApp]:
        async with open_app(runtime) as app:
            opened.append(app)
            yield app

    service = replace(SERVICE, handlers=replace(SERVICE.handlers, timers=[]), open_app=opening)
    await sandbox.start(service, plex_url=url, plex_token=plex.server_token)
    await opened[0].plex.watch.look(patience=30)
    shelved = Shelved(sandbox, plex, clock, opened[0])
    await shelved.reread()
    plex.requests.clear()
    return shelved

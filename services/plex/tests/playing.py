"""A household whose plex service stands still: the test says when it looks."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.bus import Handlers
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ANYONE
from medianest_common.contracts.plex.playback import (
    GetPlayStats,
    ListPlays,
    ListSessions,
    NowPlaying,
    Play,
    PlayHistory,
    PlayStats,
)
from medianest_common.errors import RemoteError
from medianest_common.service import Runtime
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.handlers import handlers
from medianest_plex.playback import Playback
from medianest_plex.service import SERVICE, open_app
from services.plex.tests.household import Household


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(RemoteError) as refusal:
        yield
    assert refusal.value.code == code


@dataclass
class Room(Household):
    """The service without its clockwork: the test says when it looks."""

    app: PlexApp
    playback: Playback
    pushed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def key_of(self, title: str) -> str:
        return next(item.rating_key for item in self.plex.library.items.values() if item.title == title)

    async def look(self, *, after: float = 10) -> int:
        self.clock.advance(after)
        return await self.playback.look()

    async def watch(self, account: FakeAccount, title: str, *, seconds: int = 600, **how: Any) -> None:
        """From the beginning, and then no more."""
        session = self.plex.sessions.play(account, self.key_of(title), **how)
        await self.look()
        for passed in range(60, seconds + 1, 60):
            self.plex.sessions.move(session, offset=passed * 1000)
            await self.look(after=60)
        self.plex.sessions.lose(session)
        await self.look(after=1)

    async def playing(
        self, *, by: UUID | None = None, role: Role = Role.ADMIN, mine: bool = False
    ) -> NowPlaying:
        return await self.ask(ListSessions(mine=mine), by=by, role=role)

    async def history(self, *, by: UUID | None = None, role: Role = Role.ADMIN, **query: Any) -> PlayHistory:
        return await self.ask(ListPlays(**query), by=by, role=role)

    async def plays(self, **query: Any) -> list[Play]:
        return (await self.history(**query)).items

    async def stats(self, *, by: UUID | None = None, role: Role = Role.ADMIN, **query: Any) -> PlayStats:
        """Once everything is in the figures."""
        self.clock.advance(601)
        await jobs.settle_plays(self.app)
        return await self.ask(GetPlayStats(**query), by=by, role=role)

    async def count(self, table: str) -> int:
        async with self.app.db.read() as connection:
            return int((await connection.execute(text(f"select count(*) from {table}"))).scalar_one())


@asynccontextmanager
async def a_room(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock, **settings: Any
) -> AsyncIterator[Room]:
    opened: list[PlexApp] = []

    @asynccontextmanager
    async def opening(runtime: Runtime[Any]) -> AsyncIterator[PlexApp]:
        async with open_app(runtime) as app:
            opened.append(app)
            yield app

    still = Handlers("plex", rpcs=handlers.rpcs, events=handlers.events, listeners=handlers.listeners)
    quiet = replace(SERVICE, handlers=still, open_app=opening)
    await sandbox.start(quiet, plex_url=plex.server_url, plex_token=plex.server_token, **settings)
    app = opened[0]
    await app.plex.watch.look(patience=30)
    room = Room(sandbox, plex, clock, app, Playback(app))

    async def hear(message: Any) -> None:
        room.pushed.append((message.subject, json.loads(message.data)))

    for subject in (PUSH_ADMINS, PUSH_ANYONE):
        await sandbox.nats.subscribe(subject, cb=hear)
    await sandbox.nats.flush()
    yield room

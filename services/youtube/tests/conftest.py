"""The youtube service for real, with a database of its own and a pretend YouTube."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import SECRET_KEY, Sandbox, eventually, sandbox_on
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.youtube.decided import AdminDecided
from medianest_common.db.database import Database, open_database
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_youtube import FakeYoutube
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_youtube.service import SERVICE
from medianest_youtube.use_cases.find_gone import MARK

_ART = re.compile(r"/(poster\.jpg|Season\d+\.jpg|tvshow\.nfo)$")


@dataclass
class Person:
    """Somebody whose calls come from the gateway with a verified token."""

    home: "Home"
    name: str
    role: Role
    id: UUID = field(default_factory=uuid7)

    async def call[R](self, message: Rpc[R], *, timeout: float = 60.0) -> R:
        caller = Caller(
            user_id=self.id,
            session_id=uuid7(),
            role=self.role,
            name=self.name,
            auth_time=self.home.clock.now(),
        )
        with use(Context(correlation_id=str(uuid7()), caller=caller)):
            return await self.home.sandbox.bus.call(message, timeout=timeout)


@dataclass
class Home:
    sandbox: Sandbox
    youtube: FakeYoutube
    clock: ShiftedClock
    db: Database
    folder: Path
    """Where the videos go."""
    people: list[Person] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    """Every event of the service, in the order in which it was published."""
    heard: set[str] = field(default_factory=set)

    @property
    def owner(self) -> Person:
        return self.people[0]

    async def friend(self, name: str = "Frida", *, role: Role = Role.USER) -> Person:
        """Somebody of whom the service has been told."""
        person = Person(self, name, role)
        await self.sandbox.emit(
            UserCreated(user_id=person.id, name=name, email=None, role=role, plex_id=None, version=1)
        )

        async def heard() -> bool:
            return await self.rows("select 1 from people where id = :id", id=person.id) != []

        await eventually(heard)
        self.people.append(person)
        return person

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def change(self, sql: str, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(text(sql), values)

    def files(self) -> list[str]:
        """All that lies in the folder, hidden ones too, but for the mark by which it is known and the art of shows."""
        return [name for name in self._lying() if name != MARK and not _ART.search(name)]

    def art(self) -> list[str]:
        """Of shows: it comes some time after the first video."""
        return [name for name in self._lying() if _ART.search(name)]

    def _lying(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file() or path.is_symlink())
        return sorted(str(path.relative_to(self.folder)) for path in found)


@asynccontextmanager
async def home_on(
    urls: ServerUrls, data_dir: Path, youtube: FakeYoutube, **settings: Any
) -> AsyncIterator[Home]:
    clock = ShiftedClock()
    ours = {
        "youtube_dir": data_dir / "library",
        "youtube_proxy": youtube.proxy_url,
        "youtube_ca_file": youtube.ca_file,
        "youtube_pause_seconds": 0,
        "youtube_disk_reserve": 0,
        "youtube_downloads_per_day": 0,
        "youtube_ytdlp_max_age_days": 36_500,  # the one that is locked grows old by itself
    }
    async with sandbox_on(urls, data_dir, clock=clock) as sandbox:
        await sandbox.start(SERVICE, **ours | settings)
        assert SERVICE.metadata is not None
        db = open_database(
            role_url(
                sandbox.settings["database_url"], "youtube", secret=role_secret(KeyRing.parse(SECRET_KEY))
            ),
            metadata=SERVICE.metadata,
            service="youtube",
            clock=clock,
        )
        home = Home(sandbox, youtube, clock, db, folder=data_dir / "library")

        async def published(message: Any) -> None:
            """What the relay had no word of is published again, and the bus stores it once."""
            if message.headers["Nats-Msg-Id"] not in home.heard:
                home.heard.add(message.headers["Nats-Msg-Id"])
                # What is for the audit log alone says nothing of what it is about.
                if message.subject != AdminDecided.subject:
                    home.events.append(json.loads(message.data))

        await sandbox.nats.subscribe("evt.youtube.>", cb=published)
        await sandbox.nats.flush(timeout=5)
        try:
            await home.friend("Olive", role=Role.OWNER)
            yield home
        finally:
            await db.close()


@pytest.fixture
def quick_sweep() -> Iterator[None]:
    """What runs by the clock runs often, so that a test need not wait for it."""
    timers = SERVICE.handlers.timers
    usual = list(timers)
    timers[:] = [replace(timer, seconds=min(timer.seconds, 0.3)) for timer in usual]
    yield
    timers[:] = usual


@pytest.fixture
async def home(server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube) -> AsyncIterator[Home]:
    async with home_on(server_urls, tmp_path, youtube) as home:
        yield home


@pytest.fixture(scope="module", autouse=True)
def everything_may_be_slow(patient: None) -> None:
    """Without counting as away."""

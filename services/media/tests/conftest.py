"""The media service for real, with a database of its own and a pretend Overseerr or Seerr."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import SECRET_KEY, Sandbox, brisk, eventually, sandbox_on
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.media import MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.decided import AdminDecided
from medianest_common.db.database import Database, open_database
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_overseerr import FakeOverseerr, RequestRow
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_media import keeping
from medianest_media.service import SERVICE
from medianest_media.use_cases import get_title

FILM = 603
SHOW = 1396
HURRIED = brisk(SERVICE, "poll", "poll_issues", "watch_downloads")
_LOOKS_A_SECOND = 10
"""How often a probe is asked at least, while the machine does not stand still."""
SAME_FOR_BOTH = {
    "test_approval_rules.py",
    "test_catalogue_outages.py",
    "test_defaults.py",
    "test_editing.py",
    "test_many_and_stuck.py",
    "test_outages.py",
    "test_own_quotas.py",
    "test_progress.py",
    "test_watchlists.py",
}
"""What is tried there does not depend on whether Overseerr or Seerr answers, and is tried with both among the long
ones only."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        same = item.path.parent == Path(__file__).parent and item.path.name in SAME_FOR_BOTH
        if same and "overseerr" in item.name.partition("[")[2]:
            item.add_marker(pytest.mark.long)


@dataclass
class Person:
    """Somebody whose calls come from the gateway with a verified token."""

    home: "Home"
    name: str
    role: Role
    id: UUID = field(default_factory=uuid7)
    plex_id: int | None = None

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

    async def request(
        self,
        tmdb_id: int = FILM,
        *,
        media_type: MediaType = MediaType.MOVIE,
        seasons: Any = None,
        is_4k: bool = False,
        note: str | None = None,
    ) -> MediaRequest:
        command = media.RequestMedia(
            media_type=media_type, tmdb_id=tmdb_id, seasons=seasons, is_4k=is_4k, note=note
        )
        return await self.call(command)

    async def request_show(
        self, tmdb_id: int = SHOW, *, seasons: Any = "all", is_4k: bool = False
    ) -> MediaRequest:
        return await self.request(tmdb_id, media_type=MediaType.TV, seasons=seasons, is_4k=is_4k)

    async def sees(self, request: MediaRequest) -> MediaRequest:
        return await self.call(media.GetRequest(id=request.id))

    async def title(self, media_type: MediaType = MediaType.MOVIE, tmdb_id: int = FILM) -> media.Title:
        return await self.call(media.GetTitle(media_type=media_type, tmdb_id=tmdb_id))


@dataclass
class Home:
    sandbox: Sandbox
    overseerr: FakeOverseerr
    clock: ShiftedClock
    db: Database
    owner: Person
    events: list[dict[str, Any]] = field(default_factory=list)
    """Every event of the service, in the order in which it was published."""
    heard: set[str] = field(default_factory=set)

    async def restart(self, **settings: Any) -> None:
        """With other settings."""
        await self.sandbox.stop("media")
        await self.sandbox.start(HURRIED, **settings)
        self.clock.advance(61)

    async def friend(self, name: str = "Frida", *, known: bool = True, plex: bool = True) -> Person:
        """Somebody with a Plex account, whom Overseerr knows as well."""
        plex_id = 200_000 + self.overseerr.state.next_id("friends") if plex else None
        if known:
            self.overseerr.add_user(plex_id=plex_id, email=f"{name.lower()}@example.org", username=name)
        person = Person(self, name, Role.USER, plex_id=plex_id)
        await self.tell_of(person)
        return person

    async def tell_of(self, person: Person) -> None:
        """As the auth service does; returns when the media service has heard it."""
        created = UserCreated(
            user_id=person.id,
            name=person.name,
            email=None,
            role=person.role,
            plex_id=person.plex_id,
            version=1,
        )
        await self.sandbox.emit(created)

        async def heard() -> bool:
            return await self.rows("select 1 from people where id = :id", id=person.id) != []

        await eventually(heard)

    async def holds(self, number: int) -> bool:
        """Whether the backend holds that many requests."""
        return len(self.overseerr.requests) == number

    async def comes[T](
        self, probe: Callable[[], Awaitable[T | None]], *, within: float = 60.0, looks_every: float = 5.0
    ) -> T:
        """Waits while time goes on: a look at Overseerr that happens to meet a breaker whose one trial somebody else
        has looks no further, and the next one comes a minute later. Not because the machine stands still for a moment:
        then the probe has not been asked often in that time."""
        loop = asyncio.get_running_loop()
        moves, asked = loop.time() + looks_every, 0

        async def probed() -> T | None:
            nonlocal moves, asked
            asked += 1
            if loop.time() > moves and asked > looks_every * _LOOKS_A_SECOND:
                moves, asked = loop.time() + looks_every, 0
                self.clock.advance(61)
            return await probe()

        return await eventually(probed, within=within)

    async def looked(self, *, since: int) -> None:
        """The service has asked what was modified, after so many calls."""

        async def asked() -> bool:
            return any(
                "modified" in call.query.get("sort", "") for call in list(self.overseerr.calls)[since:]
            )

        await self.comes(asked, looks_every=3)

    async def twin(self, request: MediaRequest, *, within: float = 60.0) -> RequestRow:
        """The request as Overseerr has it, once it does and we know that."""

        async def known() -> RequestRow | None:
            rows = await self.rows(
                "select backend_id from requests where id = :id and in_line", id=request.id
            )
            return self.overseerr.state.requests.get(rows[0][0]) if rows else None

        return await self.comes(known, within=within)

    async def becomes(
        self, request: MediaRequest, status: RequestStatus, *, within: float = 60.0
    ) -> MediaRequest:
        async def now() -> MediaRequest:
            seen = await self.owner.sees(request)
            assert seen.status is status, f"{seen.status}: {seen.status_reason}"
            return seen

        return await self.comes(now, within=within)

    async def settled(self) -> None:
        """Nothing waits in the outbox, and every job has been done."""

        async def quiet() -> bool:
            if await self.rows("select 1 from outbox"):
                return False
            info = await self.sandbox.bus.js.consumer_info("JOB_MEDIA", "media__submit_request")
            return not info.num_pending and not info.num_ack_pending

        await eventually(quiet)

    async def poll(self, *, rounds: int = 1) -> None:
        """Time passes until the service has looked at everything in Overseerr again."""
        for _ in range(rounds):
            seen = len(self.overseerr.calls)
            self.clock.advance(61)
            await self.looked(since=seen)
            await self.comes(self._nothing_is_due)
        await self.settled()

    async def _nothing_is_due(self) -> bool:
        due = "select 1 from requests where watched and in_line and backend_id is not null and checked_at < :before"
        return await self.rows(due, before=self.clock.now() - timedelta(seconds=30)) == []

    async def webhook(self, body: Any) -> None:
        """As the gateway hands it on."""
        raw = body if isinstance(body, str) else json.dumps(body)
        await self.sandbox.bus.enqueue_now(
            media.ReceiveOverseerrWebhook(body=raw, received_at=self.clock.now())
        )

    async def webhooks_done(self) -> None:
        async def quiet() -> bool:
            info = await self.sandbox.bus.js.consumer_info("JOB_MEDIA", "media__receive_overseerr_webhook")
            return not info.num_pending and not info.num_ack_pending

        await eventually(quiet)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def change(self, sql: str, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(text(sql), values)

    async def told(self, request: MediaRequest) -> list[str]:
        """The statuses that events told of this request, in order of version, once its last move has been told."""

        async def last_heard() -> bool:
            [(version,)] = await self.rows("select version from requests where id = :id", id=request.id)
            return any(
                event["requestId"] == str(request.id) and event["version"] == version for event in self.events
            )

        await eventually(last_heard)
        mine = [event for event in self.events if event["requestId"] == str(request.id)]
        assert max(Counter(event["version"] for event in mine).values(), default=1) == 1
        return [event["status"] for event in sorted(mine, key=lambda event: event["version"])]

    def filed(self) -> list[Any]:
        """Calls that asked Overseerr to create a request."""
        return [
            call for call in self.overseerr.calls if call.method == "POST" and call.path == "/api/v1/request"
        ]


@asynccontextmanager
async def home_on(
    urls: ServerUrls, data_dir: Path, *, flavour: Any = "seerr", configured: bool = True, **settings: Any
) -> AsyncIterator[Home]:
    clock = ShiftedClock()
    async with (
        FakeOverseerr.start(flavour=flavour, clock=clock) as fake,
        sandbox_on(urls, data_dir, clock=clock) as sandbox,
    ):
        fake.state._ids["friends"] = fake.state._ids["user"].__class__(1)
        fake.add_movie(FILM, "The Matrix", 1999)
        fake.add_show(SHOW, "Breaking Bad", 2008, seasons={0: 4, 1: 7, 2: 13, 3: 13, 4: 0})
        backend = {"overseerr_url": fake.url, "overseerr_api_key": fake.api_key} if configured else {}
        await sandbox.start(HURRIED, **backend, **settings)
        secret = role_secret(KeyRing.parse(SECRET_KEY))
        assert SERVICE.metadata is not None
        db = open_database(
            role_url(sandbox.settings["database_url"], "media", secret=secret),
            metadata=SERVICE.metadata,
            service="media",
            clock=clock,
        )
        home = Home(sandbox, fake, clock, db, owner=Person(None, "Olive", Role.OWNER))  # type: ignore[arg-type]
        home.owner.home = home

        async def published(message: Any) -> None:
            """What the relay had no word of is published again, and the bus stores it once."""
            if message.headers["Nats-Msg-Id"] not in home.heard:
                home.heard.add(message.headers["Nats-Msg-Id"])
                # What is for the audit log alone says nothing of what it is about.
                if message.subject != AdminDecided.subject:
                    home.events.append(json.loads(message.data))

        await sandbox.nats.subscribe("evt.media.>", cb=published)
        await sandbox.nats.flush(timeout=5)
        try:
            await home.tell_of(home.owner)
            yield home
        finally:
            await db.close()


@pytest.fixture(params=["seerr", "overseerr"])
async def home(
    request: pytest.FixtureRequest, server_urls: ServerUrls, tmp_path: Path
) -> AsyncIterator[Home]:
    async with home_on(server_urls, tmp_path, flavour=request.param) as home:
        yield home


@pytest.fixture
async def bare(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Home]:
    """An installation that has no backend yet."""
    async with home_on(server_urls, tmp_path, configured=False) as home:
        yield home


@pytest.fixture
async def seerr(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Home]:
    async with home_on(server_urls, tmp_path) as home:
        yield home


@pytest.fixture(scope="module", autouse=True)
def everything_may_be_slow(patient: None) -> Iterator[None]:
    """Without counting as away: what is answered for by what was said before, after a second, is answered for later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "_PATIENCE_SECONDS", 5.0)
        patch.setattr(get_title, "_RULES_SECONDS", 5.0)
        yield

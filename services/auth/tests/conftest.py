"""The auth service for real, with a database of its own, a pretend plex.tv, and the plex service's two answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import SECRET_KEY, Sandbox, sandbox_on
from medianest_auth.service import SERVICE
from medianest_common.bus import Context, Handlers, use
from medianest_common.clock import uuid7
from medianest_common.contracts import auth, plex
from medianest_common.contracts.base import Nothing, Rpc
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.plex.watchlist import OfferAccountToken
from medianest_common.db import Transaction
from medianest_common.db.database import Database, open_database
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret, running
from medianest_common.security.denylist import DenyList
from medianest_common.security.encryption import KeyRing
from medianest_common.security.jwt import AccessClaims, AccessTokenVerifier
from medianest_common.service import Runtime, Service
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.planted import MARK
from medianest_common.testing.shifted_clock import ShiftedClock

SETUP_TOKEN = f"{MARK}-to-set-up-the-tests-of-auth"
PASSWORD = f"{MARK} at a quiet lighthouse"
OWNER = "olivia@example.com"
QUICK_HASHES = {"argon2_memory_kib": 19_456}
"""The least that is allowed: a quarter of all that these tests would do is hashing."""
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"


def client(
    *,
    ip: str = "192.0.2.10",
    user_agent: str = FIREFOX,
    browser: str = "browser-one",
    device_token: str = "",
) -> auth.ClientInfo:
    return auth.ClientInfo(ip=ip, user_agent=user_agent, browser_binding=browser, device_token=device_token)


def signed_in(result: auth.SignInResult) -> auth.SignedIn:
    assert result.signed_in, "a second factor is asked for"
    return result.signed_in


@dataclass
class PlexService:
    """What auth asks of the plex service."""

    machine_identifier: str
    members: list[plex.RememberMember] = field(default_factory=list)
    offered: list[OfferAccountToken] = field(default_factory=list)
    hanging: asyncio.Event | None = None


handlers = Handlers("plex")


@handlers.rpc
async def identity(query: plex.GetServerIdentity, app: PlexService) -> plex.ServerIdentity:
    return plex.ServerIdentity(machine_identifier=app.machine_identifier, name="Living Room")


@handlers.rpc
async def remember(command: plex.RememberMember, app: PlexService) -> Nothing:
    if app.hanging:
        await app.hanging.wait()
    app.members.append(command)
    return Nothing()


@handlers.rpc
async def take_account_token(command: OfferAccountToken, app: PlexService) -> Nothing:
    app.offered.append(command)
    return Nothing()


@dataclass
class Household:
    """Speaks to the service as the gateway does."""

    sandbox: Sandbox
    plex: FakePlex
    plex_service: PlexService
    clock: ShiftedClock
    db: Database
    denied: DenyList

    async def call[R](self, message: Rpc[R], *, timeout: float = 60.0) -> R:
        return await self.sandbox.bus.call(message, timeout=timeout)

    async def call_as[R](self, person: auth.SignedIn, message: Rpc[R]) -> R:
        caller = Caller(
            user_id=person.user.id,
            session_id=person.session_id,
            role=person.user.role,
            name=person.user.name,
            auth_time=self.clock.now(),
        )
        with use(Context(correlation_id=str(uuid7()), caller=caller)):
            return await self.call(message)

    async def set_up(self, **changes: Any) -> auth.SignedIn:
        values: dict[str, Any] = {
            "setup_token": SETUP_TOKEN,
            "name": "Olivia",
            "email": OWNER,
            "password": PASSWORD,
            "client": client(),
        } | changes
        return await self.call(auth.SetUpOwner(**values))

    async def sign_in(
        self, email: str = OWNER, password: str = PASSWORD, *, remember: bool = False, **who: str
    ) -> auth.SignedIn:
        command = auth.SignIn(email=email, password=password, remember_me=remember, client=client(**who))
        return signed_in(await self.call(command))

    async def refresh(self, token: str, **who: str) -> auth.SignedIn:
        return await self.call(auth.RefreshSession(refresh_token=token, client=client(**who)))

    async def start_plex(self, account: FakeAccount | None = None, **who: str) -> auth.PlexSignIn:
        started = await self.call(auth.StartPlexSignIn(client=client(**who)))
        if account:
            self.plex.claim_pin(started.code, account)
        return started

    async def verify_plex(self, login_id: str, **who: str) -> auth.SignedIn | None:
        state = await self.call(auth.VerifyPlexSignIn(login_id=login_id, client=client(**who)))
        return signed_in(state.result) if state.result else None

    async def sign_in_with_plex(self, account: FakeAccount, **who: str) -> auth.SignedIn:
        started = await self.start_plex(account, **who)
        person = await self.verify_plex(started.login_id, **who)
        assert person is not None
        return person

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.db.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def change(self, sql: str, **values: Any) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(text(sql), values)

    async def waits(self, in_hand: Transaction) -> bool:
        """Whether somebody waits for what a transaction of the test's holds."""
        await in_hand.session.execute(text("select 1"))  # or PostgreSQL ends it after a while
        waiting = "not granted and datname = current_database()"
        return bool(
            await self.rows(f"select 1 from pg_locks join pg_stat_activity using (pid) where {waiting}")
        )

    async def claims(self, token: str) -> AccessClaims:
        verifier = AccessTokenVerifier(issuer="http://localhost:8585", clock=self.clock)
        verifier.set_keys((await self.call(auth.GetJwks())).model_dump())
        return await verifier.verify(token)

    @asynccontextmanager
    async def second_replica(self) -> AsyncIterator[None]:
        async with running(SERVICE, overrides=self.sandbox.settings, clock=self.clock):
            yield

    def heard[E](self, event: type[E]) -> "Heard[E]":
        return Heard(self.sandbox, event)


class Heard[E]:
    """What a gateway hears while it listens."""

    def __init__(self, sandbox: Sandbox, event: type[E]) -> None:
        self._sandbox = sandbox
        self._event: Any = event
        self._queue: asyncio.Queue[E] = asyncio.Queue()

    async def __aenter__(self) -> "Heard[E]":
        async def arrived(message: Any) -> None:
            self._queue.put_nowait(self._event.model_validate_json(message.data))

        self._subscription = await self._sandbox.nats.subscribe(self._event.subject, cb=arrived)
        await self._sandbox.nats.flush(timeout=5)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._subscription.unsubscribe()

    async def next(self, *, within: float = 60.0) -> E:
        return await asyncio.wait_for(self._queue.get(), within)

    @property
    def more(self) -> int:
        return self._queue.qsize()


@pytest.fixture
def auth_settings() -> dict[str, Any]:
    """What a test module sets beyond what all do."""
    return {}


@pytest.fixture
async def house(
    server_urls: ServerUrls, tmp_path: Path, auth_settings: dict[str, Any]
) -> AsyncIterator[Household]:
    clock = ShiftedClock()
    async with FakePlex.start(clock=clock) as fake, sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        answers = PlexService(fake.machine_id)

        @asynccontextmanager
        async def opened(runtime: Runtime[Any]) -> AsyncIterator[PlexService]:
            yield answers

        await sandbox.start(
            SERVICE,
            Service(name="plex", handlers=handlers, open_app=opened),
            plex_tv_url=fake.tv_url,
            setup_token=SETUP_TOKEN,
            **(QUICK_HASHES | auth_settings),
        )
        async with household_of(sandbox, fake, answers, clock=clock) as household:
            yield household


@asynccontextmanager
async def household_of(
    sandbox: Sandbox, fake: FakePlex, answers: PlexService, *, clock: ShiftedClock
) -> AsyncIterator[Household]:
    """The people of a sandbox where the auth service runs."""
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    assert SERVICE.metadata is not None
    db = open_database(
        role_url(sandbox.settings["database_url"], "auth", secret=secret),
        metadata=SERVICE.metadata,
        service="auth",
        clock=clock,
    )
    valkey = Redis.from_url(sandbox.urls.valkey_url, socket_timeout=30, socket_connect_timeout=30)
    try:
        yield Household(sandbox, fake, answers, clock, db, DenyList(valkey, clock=clock))
    finally:
        await valkey.aclose()
        await db.close()


@pytest.fixture(scope="module", autouse=True)
def everything_may_be_slow(patient: None) -> None:
    """Without counting as away."""

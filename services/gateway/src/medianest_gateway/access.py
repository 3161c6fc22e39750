"""Who a request comes from: tokens are checked here, without asking anyone; revocations arrive within a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.auth import GetJwks, SessionRevoked
from medianest_common.errors import MediaNestError, Unauthenticated
from medianest_common.security.denylist import DENY_FOR, DenyList
from medianest_common.security.jwt import AccessClaims, AccessTokenVerifier
from medianest_gateway.live.admission import Admission

log = structlog.get_logger()

KEYS_SECONDS = 300.0
RETRY_SECONDS = 1.0
RELOAD_SECONDS = 15.0


class SessionEnded(Unauthenticated):
    title = "This session has ended"


class TokenStale(Unauthenticated):
    title = "Your role has changed since this token was made"


class Access:
    """Revocations come as events and lie in Valkey as well, so that neither alone has to be there."""

    def __init__(self, bus: Bus, valkey: Redis, *, issuer: str, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._deny = DenyList(valkey, clock=clock)
        self._verifier = AccessTokenVerifier(issuer=issuer, clock=clock, refresh=self._fetch_keys)
        self._keys_changed = asyncio.Event()
        self._sessions: dict[UUID, datetime] = {}
        self._users: dict[UUID, tuple[datetime, datetime]] = {}
        self._versions: dict[UUID, tuple[int, datetime]] = {}

    async def verify(self, token: str) -> AccessClaims:
        """Raises `Unauthenticated` for a token that is wrong, too old or revoked."""
        claims = await self._verifier.verify(token)
        if self._is_denied(claims.session_id, claims.user_id, issued_at=claims.issued_at):
            raise SessionEnded("Sign in again.")
        if self._is_stale(claims.user_id, claims.permissions_version):
            raise TokenStale("Renew the token, then try again.")
        return claims

    def has_ended(self, admission: Admission) -> bool:
        """Whether the session behind an open stream is over."""
        return self._is_denied(
            admission.caller.session_id, admission.caller.user_id, issued_at=admission.issued_at
        )

    def is_revoked(self, session_id: UUID) -> bool:
        """Of a session, or of a personal token, which is known by its id like one."""
        return session_id in self._sessions

    def revoke(self, event: SessionRevoked) -> None:
        until = self._clock.now() + DENY_FOR
        if event.permissions_version is not None:
            known = self._versions.get(event.user_id, (0, until))
            self._versions[event.user_id] = (max(known[0], event.permissions_version), until)
            return
        if event.session_id is not None:
            self._sessions[event.session_id] = until
            return
        self._users[event.user_id] = (event.not_before, until)

    def keys_changed(self) -> None:
        """They are fetched now, or as soon as the auth service answers."""
        self._keys_changed.set()

    @asynccontextmanager
    async def kept_current(self) -> AsyncIterator[None]:
        """Keys and revocations are fetched now and again for as long as the block lasts."""
        tasks = [asyncio.create_task(self._keep_keys()), asyncio.create_task(self._keep_revocations())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_keys(self) -> None:
        while True:
            self._keys_changed.clear()
            try:
                self._verifier.set_keys(await self._fetch_keys())
            except MediaNestError:
                # The last good keys stay in use, so the auth service may be away without anyone noticing.
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._keys_changed.wait(), KEYS_SECONDS)

    async def _keep_revocations(self) -> None:
        while True:
            try:
                denied = await self._deny.load()
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._sessions |= denied.sessions
            for user, limits in denied.users.items():
                self._users[user] = max(limits, self._users.get(user, limits))
            for user, version in denied.versions.items():
                self._versions[user] = max(version, self._versions.get(user, version))
            now = self._clock.now()
            self._versions = {user: version for user, version in self._versions.items() if version[1] > now}
            self._sessions = {session: until for session, until in self._sessions.items() if until > now}
            self._users = {user: limits for user, limits in self._users.items() if limits[1] > now}
            await asyncio.sleep(RELOAD_SECONDS if denied.complete else RETRY_SECONDS)

    def _is_denied(self, session_id: UUID, user_id: UUID, *, issued_at: datetime) -> bool:
        if session_id in self._sessions:
            return True
        denied = self._users.get(user_id)
        # A token says only the second it was made in; one made in the second of the limit is let pass, because the
        # sign-in that follows a revocation at once must work.
        return denied is not None and issued_at < denied[0].replace(microsecond=0)

    def _is_stale(self, user_id: UUID, permissions_version: int) -> bool:
        known = self._versions.get(user_id)
        return known is not None and permissions_version < known[0]

    async def _fetch_keys(self) -> dict[str, Any]:
        jwks = await self._bus.call(GetJwks(), timeout=2)
        return {"keys": jwks.keys}

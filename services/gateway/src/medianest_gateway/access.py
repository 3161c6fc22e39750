"""Who a request comes from: tokens are checked here, without asking anyone; revocations arrive within a second."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.auth import GetJwks, SessionRevoked
from medianest_common.contracts.auth.people import GetRevocations
from medianest_common.errors import MediaNestError, Unavailable
from medianest_common.security.denylist import DENY_FOR, Denied, DenyList
from medianest_common.security.jwt import AccessClaims, AccessTokenVerifier
from medianest_common.web.principal import Outdated
from medianest_gateway.live.admission import Admission

log = structlog.get_logger()

KEYS_SECONDS = 300.0
RETRY_SECONDS = 1.0
RELOAD_SECONDS = 15.0
LOOK_SECONDS = 0.5
ANSWER_SECONDS = 1.0
CERTAIN_SECONDS = 4.0
"""More than a look takes when one of the two ways hangs."""


_NEVER = (datetime.min.replace(tzinfo=UTC),)


class SessionEnded(Outdated):
    title = "This session has ended"


class TokenStale(Outdated):
    title = "Your role has changed since this token was made"


class RevocationsUnknown(Unavailable):
    title = "It is not known right now who was signed out"


class Access:
    """Revocations come as events and lie in Valkey as well, so that neither alone has to be there.

    Twice a second we make sure that the bus would tell us. While it would not, the list is read instead, each time; and
    once more when it does again, for what was missed. The auth service can say the same as the list. While there is
    none of these, nothing dangerous is let through.
    """

    def __init__(self, bus: Bus, valkey: Redis, *, issuer: str, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._deny = DenyList(valkey, clock=clock)
        self._verifier = AccessTokenVerifier(issuer=issuer, clock=clock, refresh=self._fetch_keys)
        self._keys_changed = asyncio.Event()
        self._sessions: dict[UUID, datetime] = {}
        self._users: dict[UUID, tuple[datetime, datetime]] = {}
        self._versions: dict[UUID, tuple[int, datetime]] = {}
        self._certain_until = -math.inf
        self._complete_since: int | None = None
        """The bus connection through which all was heard since the list was read; None while there is a gap."""
        self._reload_at = -math.inf

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

    def is_outdated(self, admission: Admission) -> bool:
        """Whether an open stream was let in under another role."""
        version = admission.permissions_version
        return version is not None and self._is_stale(admission.caller.user_id, version)

    def require_certainty(self) -> None:
        """Raises `RevocationsUnknown` while somebody could have been signed out without our knowing."""
        if self._clock.monotonic() > self._certain_until:
            raise RevocationsUnknown("Looking is possible, changing is not. Try again soon.", retry_after=5)

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
        limits = (event.not_before, until)
        self._users[event.user_id] = max(limits, self._users.get(event.user_id, limits))

    async def knows_keys(self) -> bool:
        """Whether tokens can be checked. While there are no keys yet, the auth service is asked."""
        if not self._verifier.has_keys:
            with suppress(MediaNestError):
                self._verifier.set_keys(await self._fetch_keys())
        return self._verifier.has_keys

    def keys_changed(self) -> None:
        """They are fetched now, or as soon as the auth service answers."""
        self._keys_changed.set()

    @asynccontextmanager
    async def kept_current(
        self, heard_late: Callable[[set[UUID]], None] = lambda _: None
    ) -> AsyncIterator[None]:
        """Keys and revocations are fetched now and again for as long as the block lasts. `heard_late` is told of people
        about whom something was found in the list that no event had said."""
        await self._look(heard_late)
        tasks = [
            asyncio.create_task(self._keep_keys()),
            asyncio.create_task(self._keep_revocations(heard_late)),
        ]
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

    async def _keep_revocations(self, heard_late: Callable[[set[UUID]], None]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look(heard_late)
            except Exception:
                log.exception("revocations_not_looked_at")

    async def _look(self, heard_late: Callable[[set[UUID]], None]) -> None:
        connection = self._bus.reconnects
        heard = await self._bus.is_heard(timeout=ANSWER_SECONDS)
        now = self._clock.monotonic()
        has_gap = not heard or connection != self._complete_since
        if has_gap or now >= self._reload_at:
            found = await self._read(by_bus=heard)
            self._reload_at = now + (RELOAD_SECONDS if found else RETRY_SECONDS)
            if found:
                heard_late(self._learn(found))
                self._complete_since = connection if heard else None
            elif has_gap:
                self._complete_since = None
                return
        self._certain_until = self._clock.monotonic() + CERTAIN_SECONDS

    async def _read(self, *, by_bus: bool) -> Denied | None:
        """All that is denied, or None while nobody can say."""
        try:
            denied = await self._deny.load()
            if denied.complete:
                return denied
        except (RedisError, OSError, TimeoutError):
            pass
        if not by_bus:
            return None
        try:
            revoked = await self._bus.call(GetRevocations(), timeout=ANSWER_SECONDS)
        except MediaNestError:
            return None
        until = self._clock.now() + DENY_FOR
        return Denied(
            sessions=dict.fromkeys(revoked.sessions, until),
            users={user: (not_before, until) for user, not_before in revoked.users.items()},
            versions={user: (version, until) for user, version in revoked.versions.items()},
            complete=True,
        )

    def _learn(self, denied: Denied) -> set[UUID]:
        """About whom there is news. A session's person is not known here."""
        news = {user for user, limits in denied.users.items() if limits[0] > self._users.get(user, _NEVER)[0]}
        news |= {
            user for user, found in denied.versions.items() if found[0] > self._versions.get(user, (0,))[0]
        }
        self._sessions |= denied.sessions
        for user, limits in denied.users.items():
            self._users[user] = max(limits, self._users.get(user, limits))
        for user, version in denied.versions.items():
            self._versions[user] = max(version, self._versions.get(user, version))
        now = self._clock.now()
        self._versions = {user: version for user, version in self._versions.items() if version[1] > now}
        self._sessions = {session: until for session, until in self._sessions.items() if until > now}
        self._users = {user: limits for user, limits in self._users.items() if limits[1] > now}
        return news

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

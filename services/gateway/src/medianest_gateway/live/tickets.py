"""One-time tickets: a browser cannot send headers with a WebSocket, and a token in the address would end up in logs."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from medianest_common.clock import Clock
from medianest_common.contracts.identity import Caller
from medianest_common.security.tokens import hash_token, new_token
from medianest_common.valkey import Away, Reach
from medianest_gateway.live.admission import LASTS, Admission

log = structlog.get_logger()

_MOST_AT_HOME = 1000
_PAUSES = (0.0, 0.3, 1.1)
_stored = TypeAdapter(Admission)


class Tickets:
    """Kept as hashes in Valkey, so that any node can take what another gave.

    While Valkey is away a ticket is kept in this process: one node goes on working as before; with several, a client
    that reaches another node is refused with 4401, asks for a new ticket and tries again.
    """

    def __init__(self, valkey: Redis, *, clock: Clock, seconds: int = 30) -> None:
        self.seconds = seconds
        self._valkey = valkey
        self._clock = clock
        self._reach = Reach(clock=clock)
        self._at_home: dict[str, tuple[float, bytes]] = {}

    async def issue(
        self,
        caller: Caller,
        *,
        issued_at: datetime | None = None,
        expires_at: datetime | None = None,
        permissions_version: int | None = None,
    ) -> str:
        """For the person and session of `caller`; the times are those of the token that was shown, if any was."""
        now = self._clock.now()
        admission = Admission(
            caller,
            issued_at=issued_at or now,
            expires_at=expires_at or now + LASTS,
            permissions_version=permissions_version,
        )
        ticket = new_token("mnt_")
        key, value = _key(ticket), _stored.dump_json(admission)
        try:
            await self._reach.ask(lambda: _answer(self._valkey.set(key, value, ex=self.seconds)))
        except Away:
            self._keep_at_home(key, value)
        return ticket

    async def redeem(self, ticket: str) -> Admission | None:
        """Once; None for a ticket that is unknown, too old or used."""
        key = _key(ticket)
        until, value = self._at_home.pop(key, (0.0, None))
        if value is None or until < self._clock.monotonic():
            value = await self._take(key)
        if value is None:
            return None
        try:
            return _stored.validate_json(value)
        except ValidationError:
            log.warning("ticket_unreadable")
            return None

    async def _take(self, key: str) -> bytes | None:
        """Patiently: when all clients come back at once, a slow answer is likelier than a dead server. Whoever was not
        answered asks again under the same name, so that a ticket is not used up by an answer that came too late."""
        name = new_token("").encode()
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                value, holder = await self._reach.ask(lambda: self._hold(key, name))
            except Away:
                continue
            if value is None or holder not in (None, name):
                return None
            # It names a person, and is of no use to anybody any more.
            with suppress(Away):
                await self._reach.ask(lambda: _answer(self._valkey.delete(key)))
            return value
        return None

    async def _hold(self, key: str, name: bytes) -> tuple[bytes | None, bytes | None]:
        """The ticket, and who has used it before."""
        async with self._valkey.pipeline(transaction=True) as pipe:
            pipe.get(key)
            pipe.set(f"{key}:used", name, nx=True, get=True, ex=self.seconds)
            value, holder = await pipe.execute()
        return value, holder

    def _keep_at_home(self, key: str, value: bytes) -> None:
        now = self._clock.monotonic()
        self._at_home = {k: kept for k, kept in self._at_home.items() if kept[0] >= now}
        if len(self._at_home) < _MOST_AT_HOME:
            self._at_home[key] = (now + self.seconds, value)


def _key(ticket: str) -> str:
    return f"ticket:{hash_token(ticket).hex()}"


async def _answer(asked: Any) -> Any:
    return await asked

"""The same `Idempotency-Key` with the same body gives the first answer again, for a day."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request, Response
from redis.asyncio import Redis

from medianest_common.bus.context import current
from medianest_common.clock import Clock
from medianest_common.errors import Conflict, Invalid
from medianest_common.valkey import Away, Reach
from medianest_common.web.exchange import exchange_of
from medianest_common.web.responses import PassThrough

log = structlog.get_logger()

KEPT_SECONDS = 86_400
_LEASE_SECONDS = 30
_WAIT_SECONDS = 2.0
_LOOK_SECONDS = 0.05
_REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = frozenset({"content-type", "location"})

type Make = Callable[[], Awaitable[Response]]
type Keep = Callable[[Response], Response]
"""What of an answer is kept and given again: all of it, but for what must not lie about."""


def _all_of_it(response: Response) -> Response:
    return response


class IdempotencyKeyReused(Invalid):
    title = "This Idempotency-Key was used with another body"


class IdempotencyInProgress(Conflict):
    title = "The first request with this Idempotency-Key is still running"


class IdempotencyStore:
    """Only answers of 2xx are kept, since after a refusal the world may have changed. With Valkey away every request is
    carried out; what must never happen twice is guarded by constraints in the database. Of
    answers with secrets `kept` has to leave these out.
    """

    def __init__(self, valkey: Redis, *, clock: Clock, timeout: float = 0.25) -> None:
        self._valkey = valkey
        self._clock = clock
        self._reach = Reach(clock=clock, timeout=timeout)

    async def once(self, slot: str, fingerprint: str, make: Make, *, kept: Keep = _all_of_it) -> Response:
        """`slot` names caller, route and key; `fingerprint` the body."""
        pending = json.dumps({"fingerprint": fingerprint})
        try:
            first = await self._claim(slot, pending, fingerprint)
        except Away:
            return await make()
        if first is not None:
            return first
        try:
            response = await make()
        except BaseException:
            await self._store(lambda: self._valkey.delete(slot))
            raise
        if 200 <= response.status_code < 300:
            text = _dump(kept(response), fingerprint)
            await self._store(lambda: self._valkey.set(slot, text, ex=KEPT_SECONDS))
        else:
            await self._store(lambda: self._valkey.delete(slot))
        return response

    async def forget(self, user_id: UUID) -> int:
        """Answers that were given to somebody who has left; returns how many."""
        slots = [slot async for slot in self._valkey.scan_iter(f"{_slots_of(user_id)}*", count=1000)]
        return int(await self._valkey.delete(*slots)) if slots else 0

    async def _claim(self, slot: str, pending: str, fingerprint: str) -> Response | None:
        """The first answer, or None when this request is the first."""
        give_up = self._clock.monotonic() + _WAIT_SECONDS
        while True:
            found = await self._reach.ask(
                lambda: self._valkey.set(slot, pending, ex=_LEASE_SECONDS, nx=True, get=True)
            )
            if found is None:
                return None
            kept: dict[str, Any] = json.loads(found)  # type: ignore[arg-type]
            if kept["fingerprint"] != fingerprint:
                raise IdempotencyKeyReused("Use a new key for a new request.")
            if "status" in kept:
                return _load(kept)
            if self._clock.monotonic() >= give_up:
                raise IdempotencyInProgress("Ask again in a moment.", retry_after=1)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _store(self, write: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self._reach.ask(write)
        except Away:
            log.warning("idempotent_answer_not_kept")


def _slots_of(user_id: UUID | None) -> str:
    return f"idempotency:{user_id.hex if user_id else 'anyone'}:"


class Once(NamedTuple):
    """`await once(make)` carries a request out, or answers as it was answered before."""

    store: IdempotencyStore | None
    slot: str | None
    fingerprint: str

    async def __call__(self, make: Make, *, kept: Keep = _all_of_it) -> Response:
        if self.store is None or self.slot is None:
            return await make()
        return await self.store.once(self.slot, self.fingerprint, make, kept=kept)

    @property
    def id(self) -> UUID | None:
        """For what is made: the same key and body name the same thing, also where the first answer did not arrive."""
        if self.slot is None:
            return None
        named = hashlib.sha256(f"{self.slot}:{self.fingerprint}".encode()).digest()
        return UUID(bytes=named[:16], version=5)


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=128,
            pattern=r"^[\x21-\x7e]+$",
            description="Any text of your choice. The same key and body within 24 h gives the first answer again.",
        ),
    ] = None,
) -> Once:
    store: IdempotencyStore | None = getattr(request.app.state, "idempotency", None)
    if idempotency_key is None:
        return Once(store, None, "")
    exchange = exchange_of(request.scope)
    caller = current().caller
    who = str(caller.user_id) if caller else exchange.client_ip
    named = "\n".join((who, exchange.method, exchange.path, idempotency_key))
    slot = f"{_slots_of(caller.user_id if caller else None)}{hashlib.sha256(named.encode()).hexdigest()}"
    return Once(store, slot, hashlib.sha256(await request.body()).hexdigest())


Idempotent = Annotated[Once, Depends(_once)]
"""For a route that creates: `async def create(…, once: Idempotent) -> Response: return await once(lambda: …)`."""


def _dump(response: Response, fingerprint: str) -> str:
    return json.dumps(
        {
            "fingerprint": fingerprint,
            "status": response.status_code,
            "body": base64.b64encode(bytes(response.body)).decode(),
            "headers": {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS},
        }
    )


def _load(kept: dict[str, Any]) -> Response:
    headers = dict(kept["headers"])
    media_type = headers.pop("content-type", "application/json")
    return PassThrough(
        base64.b64decode(kept["body"]),
        status_code=kept["status"],
        media_type=media_type,
        headers={**headers, _REPLAYED: "true"},
    )

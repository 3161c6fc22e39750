"""`Idempotency-Key`: a POST that is sent again is answered as the first one was, and done once."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Request
from redis.asyncio import Redis
from starlette.responses import Response

from medianest_common.bus.context import current
from medianest_common.clock import Clock
from medianest_common.errors import Conflict, Invalid
from medianest_common.valkey import Away, Reach

KEEP_SECONDS = 86_400
_CLAIM_SECONDS = 60
_WAIT_SECONDS = 5.0
_KEY = re.compile(r"[\x21-\x7e]{1,255}").fullmatch

type Answer = Callable[[], Awaitable[Response]]


class IdempotencyKeyReused(Invalid):
    title = "This key was used for another request"


class IdempotencyInProgress(Conflict):
    title = "The first request with this key is still being worked on"


class IdempotencyStore:
    """Without Valkey everything is done as if no key had been sent: the commands themselves tolerate repetition."""

    def __init__(self, valkey: Redis, *, clock: Clock) -> None:
        self._valkey = valkey
        self._reach = Reach(clock=clock)

    async def once(self, key: str, body: bytes, answer: Answer) -> Response:
        digest = hashlib.sha256(body).hexdigest()
        claim = json.dumps({"body": digest})
        try:
            claimed = await self._reach.ask(lambda: self._valkey.set(key, claim, nx=True, ex=_CLAIM_SECONDS))
            if not claimed:
                return await self._first_answer(key, digest)
        except Away:
            return await answer()
        try:
            response = await answer()
        except BaseException:
            await self._quietly(lambda: self._valkey.delete(key))
            raise
        kept = {
            "body": digest,
            "status": response.status_code,
            "type": response.media_type,
            "answer": base64.b64encode(bytes(response.body)).decode(),
        }
        await self._quietly(lambda: self._valkey.set(key, json.dumps(kept), ex=KEEP_SECONDS))
        return response

    async def _first_answer(self, key: str, digest: str) -> Response:
        deadline = asyncio.get_running_loop().time() + _WAIT_SECONDS
        while True:
            raw = await self._reach.ask(lambda: self._valkey.get(key))
            kept: dict[str, Any] = json.loads(raw) if raw else {}
            if kept and kept["body"] != digest:
                raise IdempotencyKeyReused("Use a new Idempotency-Key for a new request.")
            if "status" in kept:
                return Response(
                    base64.b64decode(kept["answer"]),
                    status_code=kept["status"],
                    media_type=kept["type"],
                    headers={"Idempotency-Replayed": "true"},
                )
            # Without an entry the first one failed and let go of the key.
            if not kept or asyncio.get_running_loop().time() > deadline:
                raise IdempotencyInProgress("Try again in a moment.", retry_after=1)
            await asyncio.sleep(0.1)

    async def _quietly(self, ask: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self._reach.ask(ask)
        except Away:
            return


class Once:
    """Await it with the work to do: `return await once(lambda: …)`."""

    def __init__(self, request: Request, key: str | None) -> None:
        self._request = request
        self._key = key

    async def __call__(self, answer: Answer) -> Response:
        if self._key is None:
            return await answer()
        if not _KEY(self._key):
            raise Invalid("Idempotency-Key must be 1 to 255 visible characters.")
        caller = current().caller
        scope = f"{caller.user_id if caller else ''}|{self._request.url.path}|{self._key}"
        store = cast(IdempotencyStore, self._request.app.state.idempotency)
        key = f"idempotency:{hashlib.sha256(scope.encode()).hexdigest()}"
        return await store.once(key, await self._request.body(), answer)


def _once(request: Request, idempotency_key: Annotated[str | None, Header()] = None) -> Once:
    return Once(request, idempotency_key)


Idempotent = Annotated[Once, Depends(_once)]

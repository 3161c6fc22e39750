"""The outermost layer: every request gets an id before anything can refuse it, and every answer carries it."""

import re
from collections.abc import MutableMapping
from datetime import timedelta
from random import Random, SystemRandom
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.bus.context import Context, use
from medianest_common.clock import Clock
from medianest_common.web.exchange import Exchange, attach, detach
from medianest_common.web.rules import PathRules

HEADER = b"x-correlation-id"

_CORRELATION_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
# Names that nobody else has, and no secrets: asking the system for each would cost more than all else here.
_getrandbits = Random(SystemRandom().getrandbits(256)).getrandbits  # noqa: S311

_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class Correlation:
    """Also makes the `Exchange` and the bus context, and writes the headers that other layers leave for the answer."""

    def __init__(self, app: ASGIApp, *, rules: PathRules, clock: Clock, base_path: str = "") -> None:
        self._app = app
        self._rules = rules
        self._clock = clock
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope["root_path"] = self._base_path
        exchange = Exchange(scope, rules=self._rules, correlation_id="", started_at=self._clock.monotonic())
        traceparent, trace_id = _trace(exchange.headers.get(b"traceparent"))
        given = exchange.headers.get(HEADER, b"")
        exchange.correlation_id = given.decode() if _CORRELATION_ID.fullmatch(given) else trace_id
        exchange.response_headers.append((HEADER, exchange.correlation_id.encode()))
        attach(scope, exchange)

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            kind = message["type"]
            if kind == "http.response.body":
                exchange.bytes_out += len(message.get("body", b""))
            elif kind in _STARTS:
                message["headers"] = exchange.starting(
                    message.get("status", 101), list(message.get("headers", ()))
                )
            await send(message)

        context = Context(
            correlation_id=exchange.correlation_id,
            traceparent=traceparent,
            deadline=self._clock.now() + timedelta(seconds=exchange.rules.timeout),
        )
        try:
            with use(context):
                await self._app(scope, receive, send_with_headers)
        finally:
            detach(scope)


def _trace(given: bytes | None) -> tuple[str, str]:
    """The W3C trace that this request belongs to and its id; a new one when none is given or it is broken."""
    if given:
        found = _TRACEPARENT.fullmatch(given)
        if found and found[1].strip(b"0") and found[2].strip(b"0"):
            return given.decode(), found[1].decode()
    fresh = f"{_getrandbits(192):048x}"
    return f"00-{fresh[:32]}-{fresh[32:]}-01", fresh[:32]

"""Every request gets a name before anything can refuse it, and every answer carries it."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.bus.context import Context, new_traceparent, use
from medianest_common.clock import uuid7
from medianest_common.web.middleware.headers import adding, header

_ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}").fullmatch
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


class Correlation:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = header(scope, b"x-correlation-id")
        correlation_id = given if given and _ACCEPTED(given) else str(uuid7())
        traceparent = header(scope, b"traceparent")
        if not traceparent or not _TRACEPARENT(traceparent):
            traceparent = new_traceparent()
        named = [(b"x-correlation-id", correlation_id.encode())]
        with use(Context(correlation_id=correlation_id, traceparent=traceparent)):
            await self._app(scope, receive, adding(send, lambda _: named))

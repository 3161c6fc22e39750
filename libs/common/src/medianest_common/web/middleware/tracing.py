"""A span for each request, in the stack only where traces are told."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common import tracing
from medianest_common.bus.context import current, use
from medianest_common.web.exchange import exchange_of
from medianest_common.web.middleware.client_address import within

_NOT_RECORDED = re.compile(r"..$")
_GIVEN = b"traceparent"


class Tracing:
    """A trace begins here, under the id by which the log knows the request, or goes on where a proxy of ours began it.
    What strangers send decides neither whether something is recorded nor whom it is told to belong to.

    Streams last for hours, and probes ask all the time: neither is recorded.
    """

    def __init__(
        self, app: ASGIApp, *, trusted: Iterable[IPv4Network | IPv6Network], streams: tuple[str, ...]
    ) -> None:
        self._app = app
        ours = tuple(trusted)
        self._is_trusted = lru_cache(maxsize=1024)(lambda address: within(address, ours))
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        context = current()
        traceparent = context.traceparent or ""
        if scope["type"] != "http" or exchange.rules.is_quiet or exchange.path in self._streams:
            with use(replace(context, traceparent=_NOT_RECORDED.sub("00", traceparent))):
                await self._app(scope, receive, send)
            return
        is_given = _GIVEN in exchange.headers
        goes_on = is_given and self._is_trusted(exchange.client_ip)
        below = replace(context, traceparent=traceparent if goes_on else None)
        # Of what a stranger has given not even the id: whether a trace is recorded follows from it.
        trace_id = None if is_given else traceparent[3:35]
        entered = tracing.entering(below, exchange.method, "server", trace_id=trace_id)
        with entered:
            try:
                await self._app(scope, receive, send)
            finally:
                tracing.rename(f"{exchange.method} {exchange.route or 'unmatched'}")
                tracing.note(
                    http__request__method=exchange.method,
                    http__route=exchange.route or "unmatched",
                    http__response__status_code=exchange.status,
                    medianest__correlation_id=exchange.correlation_id,
                )
                if exchange.status >= 500:
                    tracing.failed(exchange.code or str(exchange.status))

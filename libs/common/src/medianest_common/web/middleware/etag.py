"""Reads carry a strong ETag and are answered with 304 while nothing has changed."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.web.exchange import Exchange, Headers, exchange_of
from medianest_common.web.tags import etag_of, matching

_LARGEST = 2 << 20
_KEPT = frozenset(
    {
        b"cache-control",
        b"content-location",
        b"date",
        b"expires",
        b"vary",
        b"set-cookie",
        # Browsers put the headers of a 304 in the place of those they have kept (RFC 9111, 3.2), and this one would
        # else be the one that answers have which say nothing.
        b"content-security-policy",
    }
)


class ETag:
    """Only for whole answers to GET and HEAD; not where they hold secrets, are streams, or are asked for by probes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            exchange = exchange_of(scope)
            if exchange.rules.compress and not exchange.rules.is_quiet:
                send = _Conditional(send, exchange)
        await self._app(scope, receive, send)


class _Conditional:
    def __init__(self, send: Send, exchange: Exchange) -> None:
        self._send = send
        self._exchange = exchange
        self._head: Message | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200:
                self._head = message
                return
        elif self._head is not None:
            head, self._head = self._head, None
            body = message.get("body", b"")
            if not message.get("more_body", False) and len(body) <= _LARGEST:
                head = self._tagged(head, body)
                if head["status"] == 304:
                    message = {"type": "http.response.body", "body": b""}
            await self._send(head)
        await self._send(message)

    def _tagged(self, head: Message, body: bytes) -> Message:
        headers: Headers = list(head["headers"])
        etag = dict(headers).get(b"etag")
        if etag is None:
            etag = etag_of(body)
            headers.append((b"etag", etag))
        asked = self._exchange.listed(b"if-none-match")
        found = matching(asked, etag) if asked else None
        if found is None:
            return {**head, "headers": headers}
        return {**head, "status": 304, "headers": [*(h for h in headers if h[0] in _KEPT), (b"etag", found)]}

"""Bodies are JSON and nothing else, and JSON that means the same to everybody who reads it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import UnsupportedMediaType
from medianest_common.web.exchange import exchange_of
from medianest_common.web.strict_json import check_json

_JSON = b"application/json"
_CHARSETS = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})


class JsonBodies:
    """Reads the whole body, which the bounds have made small enough, checks it and hands it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        if exchange.has_body and exchange.is_unsafe and exchange.rules.json_only:
            kind, _, parameters = exchange.headers.get(b"content-type", b"").partition(b";")
            if kind.strip().lower() != _JSON or parameters.strip().lower() not in _CHARSETS:
                raise UnsupportedMediaType("Send `Content-Type: application/json`, in UTF-8.")
            body = await _whole(receive)
            if body:
                check_json(body)
            receive = _again(body, receive)
        await self._app(scope, receive, send)


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    pending = [body]

    async def replay() -> MutableMapping[str, Any]:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay

"""Pages of the listed origins may call the API with cookies; all others get no permission and no answer to read."""

from collections.abc import Collection

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.security.csrf import OriginRefused
from medianest_common.web.exchange import exchange_of

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Correlation-ID, X-CSRF-Token"
)
_EXPOSED = (
    b"Content-Disposition, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"Server-Timing, X-Correlation-ID"
)
_PREFLIGHT_SECONDS = "600"


class Cors:
    def __init__(self, app: ASGIApp, *, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        origin = exchange.headers.get(b"origin")
        if origin is None:
            await self._app(scope, receive, send)
            return
        allowed = origin in self._origins
        if allowed:
            exchange.response_headers += [
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", _EXPOSED),
                (b"cross-origin-resource-policy", b"cross-origin"),
                (b"timing-allow-origin", origin),
            ]
        if exchange.method != "OPTIONS" or b"access-control-request-method" not in exchange.headers:
            await self._app(scope, receive, send)
            return
        if not allowed:
            raise OriginRefused("This origin is not on the list of those that may call the API.")
        exchange.route = "preflight"
        headers = {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
        }
        await Response(status_code=204, headers=headers)(scope, receive, send)

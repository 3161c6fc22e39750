"""What Helmet would set, for an application that loads nothing from elsewhere."""

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.web.exchange import FixedHeaders, Headers, exchange_of

CONTENT_SECURITY_POLICY = (
    b"default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Headers = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"origin-agent-cluster", b"?1"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-download-options", b"noopen"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"x-xss-protection", b"0"),
    (b"cache-control", b"private, no-store"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_VARY = (b"Cookie", b"Authorization", b"Origin")


class SecurityHeaders:
    """Nothing may be kept by anyone unless a route says so; `secure` when browsers reach us over TLS."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = FixedHeaders([*_HEADERS, _HSTS] if secure else _HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        exchange.fixed_headers = self._headers
        exchange.vary += _VARY
        await self._app(scope, receive, send)

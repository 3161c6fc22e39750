"""What browsers are told not to do with our answers (the set of Helmet, as OWASP advises it for an API with a page)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.web.middleware.headers import adding

_POLICY = (
    "default-src 'self'; img-src 'self' data: https://image.tmdb.org; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"origin-agent-cluster", b"?1"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-xss-protection", b"0"),
]


class SecurityHeaders:
    """`secure` adds HSTS, which would lock out a household that is reached over plain HTTP."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        hsts = [(b"strict-transport-security", b"max-age=31536000")] if secure else []
        self._headers = [*_ALWAYS, *hsts]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = adding(send, lambda _: self._headers)
        await self._app(scope, receive, send)

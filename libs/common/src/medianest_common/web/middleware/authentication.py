"""Who is asking. `Authorization` wins over cookies, and a bad one never falls back to them."""

import base64

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.bus.context import Context, current, use
from medianest_common.errors import BadRequest, TooManyRequests, Unauthenticated
from medianest_common.security.personal_tokens import PREFIX as PERSONAL
from medianest_common.web.exchange import Exchange, exchange_of
from medianest_common.web.limiter import RateLimiter
from medianest_common.web.middleware.client_address import limit_key
from medianest_common.web.principal import Authenticator, Outdated, Principal

BAD_TOKENS = "bad-tokens"


class BadScheme(Unauthenticated):
    title = "Only Bearer tokens are accepted"


class Authentication:
    """The caller goes into the bus context, where `require_caller` finds it. A cookie that is expired, revoked or
    broken is nobody's, so that a browser can always sign in again; whoever then asks for a caller can say why there is
    none. Addresses that show many bad tokens are stopped before the next one is looked at."""

    def __init__(
        self, app: ASGIApp, *, authenticator: Authenticator, cookie: str, limiter: RateLimiter
    ) -> None:
        self._app = app
        self._authenticate = authenticator
        self._cookie = cookie
        self._cookie_bytes = cookie.encode()
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        principal = None
        if exchange.rules.authenticate:
            headers = exchange.headers
            if b"authorization" in headers:
                principal = await self._by_header(exchange, headers[b"authorization"])
            elif self._cookie_bytes in headers.get(b"cookie", b"") or exchange.has_repeated_headers:
                principal = await self._by_cookie(exchange)
        exchange.principal = principal
        scope["state"]["principal"] = principal
        if principal is None:
            await self._app(scope, receive, send)
            return
        here = current()
        context = Context(
            here.correlation_id,
            traceparent=here.traceparent,
            caller=principal.caller,
            deadline=here.deadline,
        )
        with use(context):
            await self._app(scope, receive, send)

    async def _by_header(self, exchange: Exchange, authorization: bytes) -> Principal:
        if exchange.has_repeated_headers and len(exchange.all_of(b"authorization")) > 1:
            raise BadRequest("Send one Authorization header.")
        key = None if exchange.is_from_proxy else limit_key(exchange.client_ip)
        if key is not None and (wait := self._limiter.refused_for(BAD_TOKENS, key)):
            raise TooManyRequests("Too many wrong tokens came from here.", retry_after=wait)
        try:
            token = shown_token(authorization.decode("latin-1"), basic=exchange.rules.basic)
            return await self._authenticate(token, by_cookie=False)
        except Outdated:
            raise
        except Unauthenticated:
            if key is not None:
                await self._limiter.take(BAD_TOKENS, key)
            raise

    async def _by_cookie(self, exchange: Exchange) -> Principal | None:
        token = exchange.cookies.get(self._cookie)
        if not token:
            return None
        try:
            return await self._authenticate(token, by_cookie=True)
        except Unauthenticated as refused:
            exchange.refused = refused
            return None


def shown_token(authorization: str, *, basic: bool = False) -> str:
    """What is shown as Bearer, or with `basic` as the password of Basic, whatever the user name is. Raises
    `BadScheme`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.isascii():
        return token.strip()
    if basic and scheme.lower() == "basic":
        try:
            password = base64.b64decode(token.strip(), validate=True).decode("ascii").partition(":")[2]
        except ValueError:
            password = ""
        if password.startswith(PERSONAL):
            return password
    raise BadScheme("Send `Authorization: Bearer …`.")

"""Unsafe requests of browsers come from our own pages, or not at all (signed double submit)."""

from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.security.csrf import CSRF_HEADER, CsrfTokens, OriginRefused, is_foreign
from medianest_common.web.exchange import Exchange, exchange_of

_HEADER = CSRF_HEADER.lower().encode()


class Csrf:
    """First the browser's own word on where the request comes from, then the token of this session, or before sign-in
    of this browser. Bearer callers need neither: no foreign page can make a browser send one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: CsrfTokens,
        cookie: str,
        pre_login_cookie: str,
        origins: Collection[str],
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._cookie = cookie
        self._pre_login_cookie = pre_login_cookie
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        if exchange.is_unsafe and exchange.rules.csrf != "off":
            self._check(exchange)
        await self._app(scope, receive, send)

    def _check(self, exchange: Exchange) -> None:
        principal = exchange.principal
        if principal is not None and not principal.by_cookie:
            return
        if is_foreign(
            exchange.method,
            sec_fetch_site=exchange.header(b"sec-fetch-site"),
            origin=exchange.header(b"origin"),
            allowed_origins=self._origins,
        ):
            raise OriginRefused("Call this from the portal's own pages.")
        if principal is None and exchange.rules.csrf != "always":
            return
        cookies = exchange.cookies
        binding = str(principal.caller.session_id) if principal else cookies.get(self._pre_login_cookie, "")
        self._tokens.check(header=exchange.header(_HEADER), cookie=cookies.get(self._cookie), binding=binding)

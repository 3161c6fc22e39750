"""Finds out who asks. Without a token the request goes on as nobody's; a wrong one ends it."""

from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.bus.context import current, use
from medianest_common.errors import BadRequest, MediaNestError, Unauthenticated
from medianest_common.security.jwt import TokenExpired
from medianest_common.web.middleware.headers import header, headers_named
from medianest_common.web.principal import Authenticator, Principal
from medianest_common.web.problems import refuse


class Authentication:
    """A Bearer wins over the cookie, and a bad Bearer never falls back to it. An expired cookie is no cookie."""

    def __init__(
        self, app: ASGIApp, *, authenticator: Authenticator, cookie: str, untouched: tuple[str, ...]
    ) -> None:
        self._app = app
        self._authenticate = authenticator
        self._cookie = cookie
        self._untouched = untouched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith(self._untouched):
            await self._app(scope, receive, send)
            return
        try:
            principal = await self._principal(scope)
        except MediaNestError as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4401})
                return
            await refuse(error, scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        if principal is None:
            await self._app(scope, receive, send)
            return
        with use(replace(current(), caller=principal.caller)):
            await self._app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal | None:
        credentials = headers_named(scope, b"authorization")
        if len(credentials) > 1:
            raise BadRequest("Send one Authorization header.")
        if credentials:
            scheme, _, token = credentials[0].partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("Use a Bearer token.")
            return await self._authenticate(token.strip(), by_cookie=False)
        token = cookies_of(scope).get(self._cookie, "")
        if not token:
            return None
        try:
            return await self._authenticate(token, by_cookie=True)
        except TokenExpired:
            return None


def cookies_of(scope: Scope) -> dict[str, str]:
    raw = header(scope, b"cookie")
    if not raw:
        return {}
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(raw).items()}
    except CookieError:
        return {}

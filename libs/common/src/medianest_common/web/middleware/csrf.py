"""A page of another site must not act for somebody who is signed in here (auth design: signed double submit)."""

from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import MediaNestError
from medianest_common.security.csrf import CsrfTokens, OriginRefused, is_foreign
from medianest_common.web.middleware.authentication import cookies_of
from medianest_common.web.middleware.headers import header
from medianest_common.web.principal import Principal
from medianest_common.web.problems import refuse

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Csrf:
    """Asked of cookie callers on unsafe methods, and of anyone on the `anonymous` paths, where signing in begins."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: CsrfTokens,
        cookie: str,
        pre_login_cookie: str,
        origins: Collection[str],
        anonymous: Collection[str],
        exempt: tuple[str, ...],
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._cookie = cookie
        self._pre_login_cookie = pre_login_cookie
        self._origins = origins
        self._anonymous = frozenset(anonymous)
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            try:
                self._check(scope)
            except MediaNestError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        path = scope["path"]
        if path.startswith(self._exempt):
            return
        principal: Principal | None = scope.get("state", {}).get("principal")
        if principal is not None and not principal.by_cookie:
            return
        origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
        if is_foreign(scope["method"], sec_fetch_site=site, origin=origin, allowed_origins=self._origins):
            raise OriginRefused("Call this from the portal's own pages.")
        if principal is None and path not in self._anonymous:
            return
        cookies = cookies_of(scope)
        binding = str(principal.caller.session_id) if principal else cookies.get(self._pre_login_cookie, "")
        self._tokens.check(
            header=header(scope, b"x-csrf-token"), cookie=cookies.get(self._cookie), binding=binding
        )

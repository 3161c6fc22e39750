"""How often one person, token or address may ask, over all replicas of the gateway together."""

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import TooManyRequests
from medianest_common.web.exchange import exchange_of
from medianest_common.web.limiter import RateLimiter, Rule, Verdict
from medianest_common.web.middleware.client_address import limit_key

__all__ = ["RateLimit", "Rule"]


TOKEN = "token"


class RateLimit:
    """Stands inside authentication, because only a verified caller may have a count of their own: names that anybody
    can make up would be a fresh count for each request. A trusted proxy's own address is never counted.

    A personal token has less than its person, and counts for both: a script that runs wild leaves something over for
    whoever sits at the browser, and twenty tokens are good for no more than one."""

    def __init__(self, app: ASGIApp, *, limiter: RateLimiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        rule = self._limiter.rule_for(exchange.method, exchange.path) if exchange.rules.is_counted else None
        if rule is not None:
            principal = exchange.principal
            if principal is not None and principal.caller.scopes is not None:
                verdict = await self._limiter.take(TOKEN, f"t:{principal.caller.session_id.hex}")
                exchange.response_headers += verdict.headers()
                if not verdict.is_allowed:
                    raise _too_many(verdict)
            if principal is not None and not rule.by_address:
                key = f"u:{principal.caller.user_id.hex}"
            else:
                key = "" if exchange.is_from_proxy else limit_key(exchange.client_ip)
            if key:
                verdict = await self._limiter.take(rule.name, key)
                exchange.response_headers += verdict.headers()
                if not verdict.is_allowed:
                    raise _too_many(verdict)
        await self._app(scope, receive, send)


def _too_many(verdict: Verdict) -> TooManyRequests:
    return TooManyRequests("Wait a little before you try again.", retry_after=verdict.reset)

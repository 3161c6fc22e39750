"""How often one person, token or address may ask, over all replicas of the gateway together."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.clock import Clock
from medianest_common.errors import TooManyRequests
from medianest_common.valkey import Away, Reach
from medianest_common.web.middleware.headers import adding
from medianest_common.web.principal import Principal
from medianest_common.web.problems import problem_response

_STRICTER = 2
"""Without Valkey each replica counts for itself, to half the limit."""


class Rule(NamedTuple):
    """The first rule whose methods and path fit decides. `by_address` counts people by where they come from even when
    they are signed in."""

    name: str
    limit: str
    methods: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    by_address: bool = False

    def fits(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and (
            not self.paths or path.startswith(self.paths)
        )


class _Limit(NamedTuple):
    rule: Rule
    shared: RateLimitItem
    alone: RateLimitItem
    policy: bytes


class RateLimit:
    def __init__(
        self,
        app: ASGIApp,
        *,
        rules: Sequence[Rule],
        valkey_url: str,
        clock: Clock,
        exempt: tuple[str, ...],
        scale: float = 1,
    ) -> None:
        self._app = app
        self._exempt = exempt
        self._limits = [_scaled(rule, scale) for rule in rules]
        self._shared = SlidingWindowCounterRateLimiter(
            RedisStorage(f"async+{valkey_url}", implementation="redispy", key_prefix="limit")
        )
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._reach = Reach(clock=clock)
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "lifespan" or path.startswith(self._exempt):
            await self._app(scope, receive, send)
            return
        method = scope.get("method", "GET")
        limit = next((limit for limit in self._limits if limit.rule.fits(method, path)), None)
        if limit is None:
            await self._app(scope, receive, send)
            return
        who = _who(scope, by_address=limit.rule.by_address)
        allowed, remaining, reset_in = await self._count(limit, who)
        headers = [
            (b"ratelimit-policy", limit.policy),
            (b"ratelimit", f'"{limit.rule.name}";r={remaining};t={reset_in}'.encode()),
        ]
        if allowed:
            await self._app(scope, receive, adding(send, lambda _: headers))
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4429})
            return
        error = TooManyRequests("Wait a little before you try again.", retry_after=reset_in)
        await problem_response(error, path=path)(scope, receive, adding(send, lambda _: headers))

    async def _count(self, limit: _Limit, who: str) -> tuple[bool, int, int]:
        try:
            return await self._reach.ask(lambda: self._hit(self._shared, limit.shared, limit.rule.name, who))
        except Away:
            return await self._hit(self._alone, limit.alone, limit.rule.name, who)

    async def _hit(
        self, limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, *names: str
    ) -> tuple[bool, int, int]:
        allowed = await limiter.hit(item, *names)
        stats = await limiter.get_window_stats(item, *names)
        reset_in = max(1, int(stats.reset_time - self._clock.now().timestamp()))
        return allowed, max(0, stats.remaining), min(reset_in, item.get_expiry())


def _scaled(rule: Rule, scale: float) -> _Limit:
    item = parse(rule.limit)
    amount = max(1, int(item.amount * scale))
    shared = type(item)(amount, item.multiples)
    alone = type(item)(max(1, amount // _STRICTER), item.multiples)
    return _Limit(rule, shared, alone, f'"{rule.name}";q={amount};w={item.get_expiry()}'.encode())


def _who(scope: Scope, *, by_address: bool) -> str:
    principal: Principal | None = scope.get("state", {}).get("principal")
    if principal and not by_address:
        return f"u:{principal.caller.user_id.hex}"
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        return "a:unknown"
    if isinstance(address, IPv6Address):
        # One household has a whole /64, and so has one attacker.
        return f"a:{ip_network((address, 64), strict=False)}"
    return f"a:{address}"

"""Who is really calling when proxies stand between: only those we trust are believed."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.web.exchange import Exchange, exchange_of

log = structlog.get_logger()

MOST_HOPS = 10

_FORWARDED = frozenset(
    {
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-server",
        b"x-forwarded-uri",
        b"x-forwarded-method",
        b"x-forwarded-user",
        b"x-original-url",
        b"x-original-method",
        b"x-rewrite-url",
        b"x-real-ip",
        b"x-client-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
        b"forwarded",
        b"remote-user",
        b"remote-groups",
        b"remote-email",
        b"remote-name",
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
    }
)
_ALWAYS_DROPPED = frozenset(
    {
        b"forwarded",
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
        b"remote-user",
        b"remote-groups",
        b"remote-email",
        b"remote-name",
    }
)


class ClientAddress:
    """Reads X-Forwarded-For from right to left past trusted hops. What stands further left than `MOST_HOPS` is not
    looked at: a client may write there what it likes, and must neither be believed nor escape from being counted by it.
    Headers that speak for a client are removed unless a trusted proxy sent them, so that nothing further in can believe
    them by mistake. `Forwarded` (RFC 7239) is always removed: most proxies do not write it, and pass on what the client
    has written."""

    def __init__(self, app: ASGIApp, *, trusted: Iterable[IPv4Network | IPv6Network]) -> None:
        self._app = app
        ours = tuple(trusted)
        self._is_trusted = lru_cache(maxsize=1024)(lambda address: within(address, ours))
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        trusted = self._is_trusted(exchange.client_ip)
        if trusted:
            self._resolve(exchange)
        dropped = _ALWAYS_DROPPED if trusted else _FORWARDED
        if not dropped.isdisjoint(exchange.headers):
            scope["headers"] = [header for header in scope["headers"] if header[0] not in dropped]
            exchange.headers = {n: v for n, v in exchange.headers.items() if n not in dropped}
        await self._app(scope, receive, send)

    def _resolve(self, exchange: Exchange) -> None:
        peer = exchange.client_ip
        hops = b",".join(exchange.all_of(b"x-forwarded-for")).decode("latin-1").split(",")
        client = self._first_stranger(hops[-MOST_HOPS:], is_all=len(hops) <= MOST_HOPS)
        if client is None:
            exchange.is_from_proxy = True
            if not self._has_warned:
                self._has_warned = True
                log.warning("proxy_names_no_client", proxy=peer, advice="let it set X-Forwarded-For")
            return
        exchange.client_ip = client
        exchange.scope["client"] = (client, 0)

    def _first_stranger(self, hops: list[str], *, is_all: bool) -> str | None:
        """The rightmost hop that is not ours, or the leftmost one when all are; None when one of them is no address."""
        for hop in reversed(hops):
            address = normalised(hop.strip(" \t"))
            if address is None:
                return None
            if not self._is_trusted(address):
                return address
        return normalised(hops[0].strip(" \t")) if is_all else None


@lru_cache(maxsize=4096)
def normalised(address: str) -> str | None:
    """One spelling per address: without port, zone or IPv4 in IPv6; None for anything else."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


@lru_cache(maxsize=4096)
def limit_key(address: str) -> str:
    """Whom to count together: an IPv4 address, or the /64 that one household has in IPv6."""
    plain = normalised(address)
    if plain is None or ":" not in plain:
        return plain or "unknown"
    return str(ip_network(f"{plain}/64", strict=False).network_address)


def within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    plain = normalised(address)
    return plain is not None and any(ip_address(plain) in network for network in networks)

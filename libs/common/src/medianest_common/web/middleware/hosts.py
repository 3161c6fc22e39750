"""Only our own host names are answered, so that neither a rebound name nor a poisoned header finds a hold."""

import re
from collections.abc import Collection
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import BadRequest, MediaNestError
from medianest_common.web.exchange import Exchange, exchange_of

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_REMEMBERED = 64


class HostRefused(MediaNestError):
    status, title = HTTPStatus.MISDIRECTED_REQUEST, "This host name is not ours"


class Hosts:
    """Ports are not compared, since nothing is built from the header. Loopback names pass: no page from elsewhere can
    make a browser send them to us under a foreign origin."""

    def __init__(self, app: ASGIApp, *, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(_without_port(name).encode() for name in (*names, *_LOOPBACK))
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        host = exchange.headers.get(b"host", b"")
        if host not in self._known or exchange.has_repeated_headers:
            self._check(host, exchange)
        await self._app(scope, receive, send)

    def _check(self, host: bytes, exchange: Exchange) -> None:
        if exchange.has_repeated_headers and len(exchange.all_of(b"host")) > 1:
            raise BadRequest("There is more than one Host header.")
        found = _HOST.fullmatch(host)
        if found and found[1].lower() in self._names:
            if len(self._known) < _MOST_REMEMBERED:
                self._known.add(host)
            return
        if not exchange.rules.any_host:
            raise HostRefused(
                "Add the name to MEDIANEST_ALLOWED_HOSTS, or call us by the name in MEDIANEST_BASE_URL."
            )


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """From a list separated by commas; raises ValueError that names the wrong entry."""
    return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def _without_port(name: str) -> str:
    host = urlsplit(f"//{name}").hostname or ""
    return f"[{host}]" if ":" in host else host

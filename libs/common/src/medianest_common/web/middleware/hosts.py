"""Which name we were called by, and from where; a proxy is believed only when it is one of ours."""

import re
from collections.abc import Collection
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import MediaNestError
from medianest_common.web.middleware.headers import headers_named
from medianest_common.web.problems import refuse

_MOST_HOPS = 10
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\[\]]+)(?::\d{1,5})?").fullmatch
_ALWAYS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PROXY_HEADERS = frozenset(
    {
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"forwarded",
        b"remote-user",
    }
)


class MisdirectedRequest(MediaNestError):
    status, title = HTTPStatus.MISDIRECTED_REQUEST, "We are not the host that was asked for"


class Hosts:
    """Refuses unknown hosts with 421 and puts the address of the real client into the scope.

    `names` are host names without ports; `proxies` are networks whose `X-Forwarded-For` is read, from right to left.
    """

    def __init__(
        self, app: ASGIApp, *, names: Collection[str], proxies: Collection[IPv4Network | IPv6Network]
    ) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names) | _ALWAYS
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hosts = headers_named(scope, b"host")
        if len(hosts) != 1 or _name(hosts[0]) not in self._names:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4403})
                return
            await refuse(
                MisdirectedRequest("Use the address this portal is set up for."), scope, receive, send
            )
            return
        peer = scope["client"][0] if scope.get("client") else ""
        if self._is_proxy(peer):
            scope["client"] = (self._client(scope, peer), 0)
        scope["headers"] = [item for item in scope["headers"] if item[0] not in _PROXY_HEADERS]
        await self._app(scope, receive, send)

    def _client(self, scope: Scope, peer: str) -> str:
        hops = [hop.strip() for line in headers_named(scope, b"x-forwarded-for") for hop in line.split(",")]
        if len(hops) > _MOST_HOPS:
            return peer
        for hop in reversed(hops):
            try:
                ip_address(hop)
            except ValueError:
                return peer
            if not self._is_proxy(hop):
                return hop
            peer = hop
        return peer

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies:
            return False
        try:
            return any(ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """From a list separated by commas; raises ValueError that names the wrong entry."""
    return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def _name(host: str) -> str:
    """Without the port; a host that is not written like one stays whole, and so is nobody's."""
    found = _HOST(host.lower())
    return found[1] if found else host

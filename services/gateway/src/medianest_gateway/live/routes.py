"""The two doors of the live stream, for the gateway's application."""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from medianest_common.errors import MediaNestError
from medianest_gateway.live.events import LiveEvents
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.refusals import refusal
from medianest_gateway.live.tickets import Tickets
from medianest_gateway.live.websocket import LiveSocket

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def live_routes(
    hub: Hub, tickets: Tickets, *, origins: Collection[str], prefix: str = "/api/v1"
) -> list[BaseRoute]:
    """To be mounted behind the authentication middleware; `origins` are those whose pages may open a socket."""
    return [
        WebSocketRoute(f"{prefix}/ws", LiveSocket(hub, tickets, origins=origins)),
        Route(f"{prefix}/ws", _asks_for_a_socket, methods=["GET"]),
        Route(f"{prefix}/events", LiveEvents(hub), methods=["GET"]),
    ]


class UpgradeRequired(MediaNestError):
    status, title = HTTPStatus.UPGRADE_REQUIRED, "This address is for WebSockets"


async def _asks_for_a_socket(request: Request) -> Response:
    """As whoever comes by a proxy that does not pass the upgrade on."""
    error = UpgradeRequired("Let the proxy pass `Upgrade` and `Connection` on, or read /api/v1/events.")
    answer = refusal(error, path=request.scope["path"])
    answer.headers.update({"Upgrade": "websocket", "Connection": "Upgrade"})
    return answer


def own_origins(base_url: str) -> frozenset[str]:
    """The origin pages of ours have, as browsers write it. This machine's names for itself count as one."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme] else ""
    host = parts.hostname or ""
    hosts = (
        _LOOPBACK if host in ("localhost", "127.0.0.1", "::1") else (f"[{host}]" if ":" in host else host,)
    )
    return frozenset(f"{parts.scheme}://{name}{port}" for name in hosts)

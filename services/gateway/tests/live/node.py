"""A gateway node that has nothing but the live stream, on a real socket and the real bus."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from medianest.testing import Sandbox, free_port
from medianest_common.bus import Handlers
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import SessionRevoked
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL, PUSH_ANYONE
from medianest_common.lifecycle import running
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings
from medianest_common.testing.live_client import LiveClient
from medianest_gateway.live import Hub, Limits, Tickets, live_routes

ORIGIN = "https://nest.example.org"


@dataclass(frozen=True)
class Principal:
    caller: Caller
    issued_at: datetime | None
    expires_at: datetime
    by_cookie: bool
    permissions_version: int | None = None


@dataclass
class Node:
    port: int
    hub: Hub
    tickets: Tickets
    principals: dict[str, Principal] = field(default_factory=dict)
    """Bearer tokens this node takes; cookies hold the same."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/v1/ws"

    def ticket_for(self, caller: Caller, **times: Any) -> Callable[[], Awaitable[str]]:
        async def issue() -> str:
            return await self.tickets.issue(caller, **times)

        return issue

    def browser(self, caller: Caller, **options: Any) -> LiveClient:
        return LiveClient(self.url, ticket=self.ticket_for(caller), origin=ORIGIN, **options)

    def token_for(self, caller: Caller, *, lasts: float = 600, by_cookie: bool = False) -> str:
        now = self.hub.clock.now()
        token = uuid7().hex
        expires_at = now + timedelta(seconds=lasts)
        self.principals[token] = Principal(caller, now, expires_at, by_cookie)
        return token


@asynccontextmanager
async def node(sandbox: Sandbox, **limits: Any) -> AsyncIterator[Node]:
    """One more node of the installation; `limits` differ from the usual ones."""
    port = free_port()
    nodes: list[Node] = []

    @asynccontextmanager
    async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[Node]:
        hub = Hub(runtime.bus, clock=runtime.clock, limits=Limits(**limits))
        nodes.append(Node(port, hub, Tickets(runtime.valkey, clock=runtime.clock)))
        async with hub.watching():
            yield nodes[0]

    service = Service(
        name="gateway",
        handlers=_handlers(),
        open_app=open_app,
        web=_application,
        leaving=lambda node: node.hub.drain(),
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            running(service, overrides=sandbox.settings | {"port": port}, clock=sandbox.clock)
        )
        yield nodes[0]


def caller(name: str = "Ada", **values: Any) -> Caller:
    person: dict[str, Any] = {
        "user_id": uuid7(),
        "session_id": uuid7(),
        "role": Role.USER,
        "name": name,
        "auth_time": "2026-01-01T00:00:00Z",
    }
    return Caller.model_validate(person | values)


def _handlers() -> Handlers:
    handlers = Handlers("gateway")

    @handlers.live(PUSH_ANYONE)
    @handlers.live(PUSH_ADMINS)
    @handlers.live(PUSH_ALL)
    async def push(subject: str, body: bytes, app: Node) -> None:
        await app.hub.hear(subject, body)

    @handlers.listen(SessionRevoked)
    async def revoke(event: SessionRevoked, app: Node) -> None:
        await app.hub.revoke(event)

    return handlers


def _application(app: Node) -> ASGIApp:
    return _Authentication(Starlette(routes=live_routes(app.hub, app.tickets, origins=[ORIGIN])), app)


@dataclass
class _Authentication:
    """As little of the gateway's own as a stream needs: a wrong token ends the request."""

    app: ASGIApp
    node: Node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        shown = connection.headers.get("authorization", "").removeprefix("Bearer ")
        token = shown or connection.cookies.get("access", "")
        principal = self.node.principals.get(token)
        if token and principal is None:
            await WebSocket(scope, receive, send).send_denial_response(Response(status_code=401))
            return
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)

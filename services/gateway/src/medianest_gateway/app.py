"""What the gateway's routes are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.security.csrf import CsrfTokens
from medianest_common.service import Runtime
from medianest_common.web import IdempotencyStore
from medianest_gateway.access import Access
from medianest_gateway.cookies import Cookies
from medianest_gateway.dashboard.board import Board
from medianest_gateway.forward_auth import Passes, Sites
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.tickets import Tickets
from medianest_gateway.replicas import Replicas
from medianest_gateway.settings import GatewaySettings
from medianest_gateway.vouching import Vouching


@dataclass(frozen=True)
class GatewayApp:
    settings: GatewaySettings
    bus: Bus
    clock: Clock
    valkey: Redis
    idempotency: IdempotencyStore
    access: Access
    cookies: Cookies
    csrf: CsrfTokens
    hub: Hub
    tickets: Tickets
    vouching: Vouching
    sites: Sites
    passes: Passes
    board: Board
    replicas: Replicas


@asynccontextmanager
async def open_app(runtime: Runtime[GatewaySettings]) -> AsyncIterator[GatewayApp]:
    settings = runtime.settings
    access = Access(runtime.bus, runtime.valkey, issuer=settings.base_url, clock=runtime.clock)
    vouching = Vouching(runtime.bus, revoked=access.is_revoked, clock=runtime.clock)
    hub = Hub(runtime.bus, clock=runtime.clock, ended=access.has_ended, stale=access.is_outdated)

    board = Board(runtime.bus, runtime.valkey, clock=runtime.clock)

    def heard_late(people: set[UUID]) -> None:
        for person in people:
            vouching.forget(person)
        hub.look_again()

    async with access.kept_current(heard_late), vouching.telling(), hub.watching(), board.asking():
        yield GatewayApp(
            settings=settings,
            bus=runtime.bus,
            clock=runtime.clock,
            valkey=runtime.valkey,
            idempotency=IdempotencyStore(runtime.valkey, clock=runtime.clock),
            access=access,
            cookies=Cookies(settings),
            csrf=CsrfTokens(runtime.keys),
            hub=hub,
            tickets=Tickets(runtime.valkey, clock=runtime.clock),
            vouching=vouching,
            sites=Sites(settings),
            passes=Passes(runtime.keys, settings, clock=runtime.clock),
            board=board,
            replicas=Replicas(clock=runtime.clock),
        )

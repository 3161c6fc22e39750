"""The fake as one server."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Self

import socketio
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from medianest_common.clock import Clock, SystemClock
from medianest_common.testing.fake_overseerr.faults import FaultySite
from medianest_common.testing.fake_uptime_kuma.household import Monitored
from medianest_common.testing.fake_uptime_kuma.pages import KumaPages
from medianest_common.testing.fake_uptime_kuma.socket import KumaSocket


class _Site(FaultySite):
    websockets: Literal["pass", "refused", "swallowed"] = "pass"
    """What a proxy in front of it does with them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            match self.websockets:
                case "pass":
                    await self._app(scope, receive, send)
                case "refused":
                    await send({"type": "websocket.close", "code": 1000})
                case "swallowed":
                    await send({"type": "websocket.accept"})
                    while (await receive())["type"] != "websocket.disconnect":
                        pass
            return
        await super().__call__(scope, receive, send)


class FakeUptimeKuma:
    """`monitored` is what it watches, `socket` how its live side behaves, `pages` what it shows over HTTP.

    Whoever only reads changes nothing: if anything else than a question was sent to it, leaving `start` fails.
    """

    def __init__(
        self, *, clock: Clock, version: str, prefix: str, port: int, transports: list[str] | None
    ) -> None:
        self.monitored = Monitored()
        self.socket = KumaSocket(self.monitored, clock=clock, version=version, transports=transports)
        self.pages = KumaPages(self.monitored, first_version=self.socket.first_version)
        app = Starlette(routes=self.pages.routes(prefix))
        path = f"{prefix}/socket.io".lstrip("/")
        self.site = _Site(socketio.ASGIApp(self.socket, app, socketio_path=path), port=port)
        self.url = f"{self.site.url}{prefix}"

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        clock: Clock | None = None,
        version: str = "2.5.3",
        prefix: str = "",
        port: int = 0,
        transports: list[str] | None = None,
    ) -> AsyncIterator[Self]:
        fake = cls(
            clock=clock or SystemClock(), version=version, prefix=prefix, port=port, transports=transports
        )
        await fake.site.start()
        try:
            yield fake
        finally:
            await fake.socket.aclose()
            await fake.site.stop()
        assert not fake.socket.writes, f"an import changed something: {fake.socket.writes}"

    @property
    def asked(self) -> Counter[str]:
        return self.socket.asked

    @property
    def lost(self) -> Counter[str]:
        return self.socket.lost

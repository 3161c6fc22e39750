"""The handle that tests and the demo hold."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from starlette.applications import Starlette
from starlette.routing import Mount

from medianest_common.clock import Clock, SystemClock
from medianest_common.testing.fake_overseerr.catalogue import Catalogue
from medianest_common.testing.fake_overseerr.faults import Call, Fault, FaultySite

from .pictures import Pictures
from .routes import Routes


class FakeTmdb:
    """TMDB on a free local port, with the same titles as the pretend Overseerr. Both of its keys are accepted."""

    api_key = "0123456789abcdef0123456789abcdef"
    # pragma: allowlist nextline secret
    read_token = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJwcmV0ZW5kIn0.c2lnbmF0dXJl"

    def __init__(self, *, clock: Clock, port: int) -> None:
        self.catalogue = Catalogue()
        self.catalogue.add_upcoming(clock.now().date())
        routes = Routes(self.catalogue, clock=clock, api_key=self.api_key, read_token=self.read_token)
        self.pictures = Pictures(self.catalogue)
        app = Starlette(routes=[Mount("/t/p", self.pictures.app()), Mount("/", routes.app())])
        self._site = FaultySite(app, port=port)
        self.url = self._site.url
        self.images_url = f"{self.url}/t/p"

    @classmethod
    @asynccontextmanager
    async def start(cls, *, clock: Clock | None = None, port: int = 0) -> AsyncIterator[Self]:
        tmdb = cls(clock=clock or SystemClock(), port=port)
        await tmdb._site.start()
        try:
            yield tmdb
        finally:
            await tmdb._site.stop()

    @property
    def calls(self) -> deque[Call]:
        return self._site.calls

    def fail_with(
        self,
        fault: Fault,
        *,
        times: int | None = None,
        path_prefix: str = "",
        retry_after: float | None = None,
    ) -> None:
        """See `FaultySite.fail_with`; paths begin with `/3`, those of pictures with `/t/p`."""
        self._site.fail_with(fault, times=times, path_prefix=path_prefix, retry_after=retry_after)

    def asked_for(self, picture: str) -> list[Call]:
        """`picture` as in `w500/name.jpg`."""
        return [call for call in self.calls if call.path == f"/t/p/{picture}"]

    def slow_down(self, seconds: float) -> None:
        """Every answer is held back so long, until `heal()`."""
        self._site.delay = seconds

    def heal(self) -> None:
        self._site.heal()

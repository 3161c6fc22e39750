"""What the fakes have in common: a socket, a record, faults on request, and the recorded shapes of answers."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.clock import Clock, SystemClock
from medianest_common.testing.fake_overseerr.faults import Call, Fault, FaultySite

type Json = dict[str, Any]

_RECORDED = Path(__file__).parents[1] / "fixtures" / "channels"


def recorded(name: str) -> Any:
    return json.loads((_RECORDED / name).read_text())


class Answer(Exception):
    """Raised anywhere in a fake to answer at once."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.response = JSONResponse(body, status, headers)


class Fake(ABC):
    """`received` holds what was taken, oldest first, as the provider would keep it."""

    def __init__(self, *, clock: Clock, port: int) -> None:
        self.clock = clock
        self.received: list[Json] = []
        app = Starlette(routes=self.routes(), exception_handlers={Answer: _answered})
        self._site = FaultySite(app, port=port)
        self.url = self._site.url

    @classmethod
    @asynccontextmanager
    async def start(cls, *, clock: Clock | None = None, port: int = 0) -> AsyncIterator[Self]:
        fake = cls(clock=clock or SystemClock(), port=port)
        await fake._site.start()
        try:
            yield fake
        finally:
            await fake._site.stop()

    @abstractmethod
    def routes(self) -> list[Route]:
        """What the provider answers to."""

    @property
    def calls(self) -> deque[Call]:
        return self._site.calls

    def fail_with(self, fault: Fault, *, times: int | None = None, retry_after: float | None = None) -> None:
        """See `FaultySite.fail_with`."""
        self._site.fail_with(fault, times=times, retry_after=retry_after)

    def heal(self) -> None:
        self._site.heal()

    async def next(self, count: int = 1, *, within: float = 60.0) -> list[Json]:
        """What has been taken, once there are so many."""
        async with asyncio.timeout(within):
            while len(self.received) < count:
                await asyncio.sleep(0.01)
        return list(self.received)


def _answered(_: Any, error: Exception) -> JSONResponse:
    assert isinstance(error, Answer)
    return error.response

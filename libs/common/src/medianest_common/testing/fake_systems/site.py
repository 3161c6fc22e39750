"""What they have in common: a socket, a record of calls, faults on request, and the recorded shapes of answers."""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from starlette.applications import Starlette
from starlette.routing import Route

from medianest_common.testing.fake_overseerr.faults import Call, Fault, FaultySite

_RECORDED = Path(__file__).parents[1] / "fixtures" / "systems"


def recorded_text(name: str) -> str:
    return (_RECORDED / name).read_text()


def recorded(name: str) -> Any:
    return json.loads(recorded_text(name))


class FakeSystem(ABC):
    def __init__(self, *, port: int) -> None:
        self._site = FaultySite(Starlette(routes=self.routes()), port=port)
        self.url = self._site.url

    @classmethod
    @asynccontextmanager
    async def start(cls, *, port: int = 0) -> AsyncIterator[Self]:
        fake = cls(port=port)
        await fake._site.start()
        try:
            yield fake
        finally:
            await fake._site.stop()

    @abstractmethod
    def routes(self) -> list[Route]:
        """What it answers to."""

    @property
    def calls(self) -> deque[Call]:
        return self._site.calls

    def sent(self, method: str, path: str) -> list[Call]:
        return [each for each in self.calls if each.method == method and each.path.startswith(path)]

    def fail_with(self, fault: Fault, *, times: int | None = None, path_prefix: str = "") -> None:
        """See `FaultySite.fail_with`."""
        self._site.fail_with(fault, times=times, path_prefix=path_prefix)

    def heal(self) -> None:
        self._site.heal()

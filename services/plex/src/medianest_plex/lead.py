"""Work that goes on for as long as this replica leads."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

LAPSE_SECONDS = 5.0


class Lead:
    """Kept alive by the beat of a timer, which runs only in the replica that leads; over soon after the last beat."""

    def __init__(self, *, lapse: float = LAPSE_SECONDS) -> None:
        self._lapse = lapse
        self._work: asyncio.Task[None] | None = None
        self._end: asyncio.TimerHandle | None = None

    async def go_on(self, work: Callable[[], Coroutine[Any, Any, None]], *, seconds: float) -> None:
        """Start the work if it does not run, and stay with it so long. Raises what the work ended with."""
        if self._end is not None:
            self._end.cancel()
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(work())
        try:
            await asyncio.wait({self._work}, timeout=seconds)
        finally:
            self._end = asyncio.get_running_loop().call_later(self._lapse, self._work.cancel)
        if self._work.done() and not self._work.cancelled():
            self._work.result()

    async def aclose(self) -> None:
        if self._end is not None:
            self._end.cancel()
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

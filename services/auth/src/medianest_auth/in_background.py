"""Work that nobody waits for."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from medianest_common.bus import Context, current, use

log = structlog.get_logger()


class InBackground:
    """One thing at a time, in this replica; what is asked for while it runs is done once more after it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._task and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._run(work))

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        self._again = True
        while self._again:
            self._again = False
            # Whoever asked for it may have no time left, and is not whom it is done for.
            with use(Context(correlation_id=current().correlation_id)):
                try:
                    await work()
                except Exception:
                    log.exception("background_work_failed")

"""What runs in this replica: one task for each download, which ends with the service or when somebody stops it.

A ticket from the bus only begins a task and is done then: the lease in the database, not the ticket, is what outlives
this process.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import structlog

from medianest_common.clock import Clock

log = structlog.get_logger()

_LEAVE_SECONDS = 5.0


class Workers:
    def __init__(self, *, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._resting_until = 0.0
        self.leaving = False

    @property
    def busy(self) -> int:
        return len(self._tasks)

    @property
    def resting(self) -> bool:
        """Between two downloads, so that YouTube does not see somebody in a hurry."""
        return self._clock.monotonic() < self._resting_until

    def rest(self, seconds: float) -> None:
        self._resting_until = self._clock.monotonic() + seconds

    def has(self, asset_id: UUID) -> bool:
        return asset_id in self._tasks

    def begin(self, asset_id: UUID, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"download-{asset_id.hex}")
        self._tasks[asset_id] = task
        task.add_done_callback(lambda done: self._end(asset_id, done))

    async def stop(self, asset_id: UUID) -> bool:
        """Returns when its processes are gone; whether there was anything to stop. What follows from it is for the
        task, which looks at the row.
        """
        task = self._tasks.get(asset_id)
        if task is None:
            return False
        await self._stop([task])
        return True

    async def leave(self) -> None:
        """Nothing begins any more, and what runs is handed back."""
        self.leaving = True
        await self._stop(list(self._tasks.values()))

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            # A second one would disturb the tidying up after the first.
            if not task.cancelling():
                task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)

    def _end(self, asset_id: UUID, task: asyncio.Task[None]) -> None:
        if self._tasks.get(asset_id) is task:
            del self._tasks[asset_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("download_task_failed", asset_id=str(asset_id), exc_info=error)


async def beside[T](work: Coroutine[Any, Any, T], *watchers: Coroutine[Any, Any, None]) -> T:
    """What `work` returns. A watcher that raises ends it, and what it raised is raised here."""
    task = asyncio.create_task(work)
    watching = [asyncio.create_task(watcher) for watcher in watchers]
    try:
        await asyncio.wait([task, *watching], return_when=asyncio.FIRST_COMPLETED)
        for watcher in watching:
            if watcher.done() and not task.done():
                watcher.result()
        return await task
    finally:
        for each in (task, *watching):
            each.cancel()
        await asyncio.gather(task, *watching, return_exceptions=True)


async def in_thread[T](work: Callable[[], T]) -> T:
    """Work on files, which is finished even when somebody does not want it any more: half of it would be worse."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

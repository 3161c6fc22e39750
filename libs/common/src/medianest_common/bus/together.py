"""Events of one kind that wait at one moment are handled in one transaction, and each still has a fate of its own."""

import asyncio
import contextvars
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from uuid import UUID

from medianest_common.bus.context import use
from medianest_common.bus.handlers import EventSpec, Heard
from medianest_common.bus.retry import is_outage
from medianest_common.db.database import Database
from medianest_common.swapping import holding


@dataclass(slots=True, eq=False)
class _Waiting:
    heard: Heard[Any]
    is_alone: bool
    outcome: asyncio.Future[str] = field(default_factory=asyncio.Future)


class Together:
    """What arrives while a transaction is under way makes up the next one; what arrives at rest is handled at once."""

    def __init__(self, spec: EventSpec, *, app: Any, database: Database, places: asyncio.Semaphore) -> None:
        self._spec = spec
        self._app = app
        self._database = database
        self._places = places
        self._context = contextvars.copy_context()
        """Of the service, and of none of the events."""
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def handle(self, heard: Heard[Any], *, alone: bool) -> str:
        """Returns what became of it, or raises what went wrong. `alone` is said of what has failed before, which must
        not take others with it again."""
        waiting = _Waiting(heard, alone)
        self._waiting.append(waiting)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._settle_all(), context=self._context.copy())
        return await waiting.outcome

    async def _settle_all(self) -> None:
        while self._waiting:
            several = len(list(takewhile(lambda each: not each.is_alone, self._waiting)))
            batch = self._waiting[: several or 1]
            del self._waiting[: len(batch)]
            await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        try:
            claimed = await self._attempt([each.heard for each in batch])
        except Exception as error:
            if len(batch) > 1 and not is_outage(error):
                # It is the fault of one of them, which shows when each has a transaction of its own.
                for each in batch:
                    await self._settle([each])
                return
            for each in batch:
                if not each.outcome.done():
                    each.outcome.set_exception(error)
            return
        for each in batch:
            if not each.outcome.done():
                each.outcome.set_result("ok" if each.heard.id in claimed else "duplicate")

    async def _attempt(self, batch: Sequence[Heard[Any]]) -> Collection[UUID]:
        """Returns which were new."""
        with use(batch[0].context):
            async with self._places, self._database.transaction() as tx:
                claimed = await tx.claim_each(self._spec.durable, [heard.id for heard in batch])
                new = {heard.id: heard for heard in batch if heard.id in claimed}
                if new:
                    with holding(self._app) as present:
                        await self._spec.run(list(new.values()), present, tx)
        return claimed

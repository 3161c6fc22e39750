"""Events of one kind that wait at one moment are handled in one transaction, and each still has a fate of its own."""

import asyncio
import contextvars
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from medianest_common.bus.context import use
from medianest_common.bus.handlers import EventSpec, Heard
from medianest_common.bus.retry import is_outage
from medianest_common.db.database import Database
from medianest_common.swapping import holding

_ENOUGH = 3
"""So many in a row that find something down, each by itself, are believed."""


@dataclass(slots=True, eq=False)
class _Waiting:
    heard: Heard[Any]
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

    async def handle(self, heard: Heard[Any]) -> str:
        """Returns what became of it, or raises what went wrong."""
        waiting = _Waiting(heard)
        self._waiting.append(waiting)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._settle_all(), context=self._context.copy())
        return await waiting.outcome

    async def _settle_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiting]) -> Exception | None:
        try:
            claimed = await self._attempt([each.heard for each in batch])
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
            elif is_outage(error):
                # By chance, so that what only looks as if something were down does not hide the same ones each time.
                await self._settle_apart(random.sample(batch, len(batch)))
            else:
                await self._settle_apart(batch)
            return error
        for each in batch:
            if not each.outcome.done():
                each.outcome.set_result("ok" if each.heard.id in claimed else "duplicate")
        return None

    async def _settle_apart(self, batch: Sequence[_Waiting]) -> None:
        """Whose fault it is shows when each has a transaction of its own. Where something is down, it is nobody's: what
        several in a row have met, the others are spared."""
        away = 0
        for place, each in enumerate(batch):
            error = await self._settle([each])
            away = away + 1 if error is not None and is_outage(error) else 0
            if error is not None and away == _ENOUGH:
                _fail(batch[place + 1 :], error)
                return

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


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for each in batch:
        if not each.outcome.done():
            each.outcome.set_exception(error)

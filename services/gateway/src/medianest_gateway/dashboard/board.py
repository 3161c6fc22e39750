"""Many questions at once, each with a deadline of its own; whoever is late or away is shown as they were last."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from redis.asyncio import Redis

from medianest_common.bus import Bus, Context, current, require_caller, use
from medianest_common.clock import Clock
from medianest_common.contracts.base import rfc3339
from medianest_common.errors import MediaNestError
from medianest_gateway.dashboard.kept import Answer, Kept, Whose
from medianest_gateway.dashboard.sources import LIBRARIES, RECENTLY_ADDED, SERVICES, Read, Source
from medianest_gateway.dashboard.views import PartState

log = structlog.get_logger()

DEADLINE_SECONDS = 0.4
GIVE_UP_SECONDS = 3.0
"""An answer that comes after the deadline is still good for the next time."""
FRESH_SECONDS = 1.0
"""Several pages of one person that are opened at once cost one question of each kind."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One part as JSON. `mark` is the same for as long as the answer says the same."""

    body: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class _Flight:
    task: "asyncio.Task[Read | None]"
    until: float


class Board:
    def __init__(self, bus: Bus, valkey: Redis, *, clock: Clock, deadline: float = DEADLINE_SECONDS) -> None:
        self._deadline = deadline
        self._bus = bus
        self._clock = clock
        self._reconnects = bus.reconnects
        self._since = clock.now()
        guarded = (LIBRARIES.name, RECENTLY_ADDED.name, SERVICES.name)
        self._kept = Kept(valkey, clock=clock, guarded=guarded, heard_since=self._heard_since)
        self._flights: dict[tuple[Whose, str], _Flight] = {}
        self._keeping: set[asyncio.Task[None]] = set()

    async def show(self, sources: Mapping[str, Source]) -> dict[str, Shown]:
        """Takes no longer than the deadline, whatever the others do."""
        whose = Whose.of(require_caller())
        known = {key: self._recent(whose, source) for key, source in sources.items()}
        flights = {key: self._flight(whose, sources[key]) for key, answer in known.items() if answer is None}
        recalling = asyncio.create_task(self._kept.recall(whose, [sources[key].name for key in flights]))
        until = self._clock.monotonic() + self._deadline
        # Whoever joins a question that hangs waits for it no longer than the one who asked it first.
        await asyncio.gather(*(self._wait(flight.task, flight.until) for flight in flights.values()))
        found = {key: _result(flight.task) for key, flight in flights.items()}
        if any(read is None or read.is_stale for read in found.values()):
            await self._wait(recalling, until)
        shown = {}
        for key, source in sources.items():
            if key not in flights:
                answer = known[key]
                assert answer is not None
                shown[key] = _shown(PartState.FRESH, answer.as_of, answer.data)
                continue
            kept = self._kept.find(whose, source.name)
            read = found[key]
            if read is None and kept is None:
                shown[key] = _shown(PartState.UNAVAILABLE, None, b"null")
            elif read is None:
                assert kept is not None
                shown[key] = _shown(PartState.STALE, kept.as_of, kept.data)
            else:
                state = PartState.STALE if read.is_stale else PartState.FRESH
                shown[key] = _shown(state, read.as_of, read.data)
        return shown

    async def forget(self, user_id: UUID) -> bool:
        """Something about this person is different now. False while Valkey has not heard of it."""
        for key in [key for key in self._flights if key[0].user_id == user_id]:
            del self._flights[key]
        return await self._kept.forget(user_id)

    def forget_libraries(self) -> None:
        self._forget_parts(LIBRARIES, RECENTLY_ADDED)

    def forget_services(self) -> None:
        self._forget_parts(SERVICES)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator["Board"]:
        try:
            yield self
        finally:
            asking = [flight.task for flight in self._flights.values()]
            for task in asking:
                task.cancel()
            # What is being kept is on its way to Valkey, which is given up quickly.
            await asyncio.gather(*asking, *self._keeping, return_exceptions=True)

    def _forget_parts(self, *sources: Source) -> None:
        names = {source.name for source in sources}
        for key in [key for key in self._flights if key[1] in names]:
            del self._flights[key]
        self._kept.forget_parts(names)

    def _heard_since(self) -> datetime:
        if self._bus.reconnects != self._reconnects:
            self._reconnects = self._bus.reconnects
            self._since = self._clock.now()
        return self._since

    def _recent(self, whose: Whose, source: Source) -> Answer | None:
        answer = self._kept.find(whose, source.name)
        if answer is None or answer.as_of != answer.asked_at:
            return None
        age = (self._clock.now() - answer.asked_at).total_seconds()
        return answer if 0 <= age < FRESH_SECONDS else None

    def _flight(self, whose: Whose, source: Source) -> _Flight:
        key = (whose, source.name)
        flight = self._flights.get(key)
        if flight is None:
            context = current()
            asking = self._ask(whose, source, Context(context.correlation_id, caller=context.caller))
            task = asyncio.create_task(asking)
            flight = _Flight(task, self._clock.monotonic() + self._deadline)
            self._flights[key] = flight
            task.add_done_callback(lambda done: self._landed(key, done))
        return flight

    def _landed(self, key: tuple[Whose, str], done: "asyncio.Task[Read | None]") -> None:
        flight = self._flights.get(key)
        if flight is not None and flight.task is done:
            del self._flights[key]

    async def _ask(self, whose: Whose, source: Source, context: Context) -> Read | None:
        asked_at = self._clock.now()
        try:
            with use(context):
                body = await self._bus.call_raw(source.question, timeout=GIVE_UP_SECONDS)
            read = source.read(body, asked_at)
        except MediaNestError as error:
            if error.status in (403, 404):
                await self._kept.drop(whose, source.name)
            log.debug("dashboard_part_unknown", part=source.name, error=error.code)
            return None
        except (ValueError, KeyError, TypeError) as error:
            log.warning("dashboard_part_unreadable", part=source.name, error=type(error).__name__)
            return None
        if not read.is_stale:
            read = read._replace(as_of=asked_at)
        elif read.as_of is None:
            before = self._kept.find(whose, source.name)
            read = read._replace(as_of=before.as_of if before else None)
        keeping = asyncio.create_task(
            self._kept.keep(whose, source.name, Answer(read.data, asked_at, read.as_of))
        )
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        return read

    async def _wait(self, task: "asyncio.Task[object]", until: float) -> None:
        await asyncio.wait({task}, timeout=max(0.0, until - self._clock.monotonic()))


def _result(task: "asyncio.Task[Read | None]") -> Read | None:
    if not task.done() or task.cancelled() or task.exception() is not None:
        return None
    return task.result()


def _shown(state: PartState, as_of: datetime | None, data: bytes) -> Shown:
    said = b'"%s"' % rfc3339(as_of).encode() if as_of else b"null"
    mark = b'"state":"%s","data":%s' % (state.value.encode(), data)
    return Shown(b'{"asOf":%s,%s}' % (said, mark), mark)

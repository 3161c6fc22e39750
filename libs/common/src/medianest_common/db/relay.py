"""One replica of a service leads: it publishes the outbox and runs the clock jobs.

Leadership is a session lock of PostgreSQL, so it ends by itself with the connection of whoever held it.
"""

import asyncio
import json
import math
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import chain
from typing import Any

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from medianest_common.bus import metrics
from medianest_common.bus.client import Bus
from medianest_common.db.database import CONNECT_TIMEOUT, Database, outbox_channel

log = structlog.get_logger()

BATCH = 200
POLL_SECONDS = 1.0
RETRY_SECONDS = 1.0
SET_ASIDE_SECONDS = 5
_HEAD_START_SECONDS = 0.05
_LOCK_CLASS = 7316
"""First half of the advisory lock key, which is shared by everything in one database; the second is the service."""
_TIMEOUT = 10.0
_GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # Where a connection breaks in the middle of an answer, asyncpg may be at odds with itself.
    asyncpg.InternalClientError,
)
"""What is raised when the database, or the connection to it, is lost."""

_TAKE = """
    with done as (delete from outbox where seq = any($2::bigint[]))
    select seq, id, subject, headers, body, extract(epoch from now() - not_before)::float as age
    from outbox where not_before <= now() and seq <> all($2::bigint[]) order by seq limit $1
"""
_TIME = "select extract(epoch from clock_timestamp())::float8"
_BRING_FORWARD = """
    update outbox set not_before = not_before - make_interval(secs => $1) where not_before > now()
"""
_CLOCK_SECONDS = 5.0
"""How often the clock is looked at."""
_JUMP_SECONDS = 2.0
"""Less than that is how clocks are."""
_SET_ASIDE = """
    with done as (delete from outbox where seq = any($3::bigint[]))
    update outbox set not_before = now() + make_interval(secs => $2) where seq = any($1::bigint[])
"""


class Leader:
    """Runs `work` in at most one replica at a time, and starts over whenever the lock or the work is lost."""

    def __init__(
        self,
        url: str,
        *,
        service: str,
        work: Callable[[asyncpg.Connection], Awaitable[None]],
        on_lost: Callable[[], None] = lambda: None,
        on_back: Callable[[], None] = lambda: None,
        on_rival: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_lost` is called when the database goes or is not to be reached, `on_back` whenever it is reached, and
        `on_rival` whenever another replica is found to lead."""
        self._on_lost = on_lost
        self._on_back = on_back
        self._on_rival = on_rival
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._service = service
        self._work = work
        self.leading = False

    async def run(self) -> None:
        while True:
            try:
                async with self._connected() as connection:
                    self._on_back()
                    await self._lead(connection)
                self._on_lost()
            except* _GONE as errors:
                # The work is several tasks, and what ends one of them comes as a group.
                log.warning("leader_lost", service=self._service, error=type(errors.exceptions[0]).__name__)
                self._on_lost()
            finally:
                self.leading = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        lock = "select pg_try_advisory_lock($1::int, $2::int)"
        service = zlib.crc32(self._service.encode()) & 0x7FFF_FFFF
        while not await connection.fetchval(lock, _LOCK_CLASS, service, timeout=_TIMEOUT):
            self._on_rival()
            await asyncio.sleep(RETRY_SECONDS)
        self.leading = True
        log.debug("leader_elected", service=self._service)
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        work = asyncio.ensure_future(self._work(connection))
        lost = asyncio.create_task(gone.wait())
        try:
            await asyncio.wait({work, lost}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            lost.cancel()
            await asyncio.gather(work, lost, return_exceptions=True)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_TIMEOUT,
            command_timeout=_TIMEOUT,
            server_settings={
                "application_name": f"medianest-{self._service}-leader",
                "search_path": self._service,
                # Else the lock of a host that has lost its power is kept for the two hours that TCP waits by itself.
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        )
        try:
            yield connection
        finally:
            with suppress(*_GONE):
                await connection.close(timeout=2)


class Relay:
    """Publishes outbox rows in order of writing, what is told before what is to be done, each under its own id, and
    deletes what the bus has stored."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._wanted = asyncio.Event()
        self._running = False
        self._rows = metrics.OUTBOX_ROWS.labels(database.service)
        self._age = metrics.OUTBOX_AGE.labels(database.service)
        self._published = metrics.OUTBOX_PUBLISHED.labels(database.service)
        self.oldest_seconds = 0.0
        self._clock_due = 0.0
        self._least_ahead = -math.inf
        database.relay = self

    def wake(self) -> None:
        self._wanted.set()

    def forget_the_clock(self) -> None:
        """Another leads, and brings forward what waits should the clock be set back meanwhile: not twice."""
        self._least_ahead, self._clock_due = -math.inf, 0.0

    @property
    def is_running(self) -> bool:
        return self._running

    async def run(self, connection: asyncpg.Connection) -> None:
        self._running = True
        try:
            await connection.add_listener(
                outbox_channel(self._database.service), lambda *_: self._wanted.set()
            )
            stored: list[int] = []
            while True:
                self._wanted.clear()
                await self._mind_the_clock(connection)
                rows = await self._take(connection, done=stored)
                stored = await self._publish_all(connection, rows)
                if not rows:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wanted.wait(), POLL_SECONDS)
        finally:
            self._running = False
            # From here on it is for another replica to say.
            self._rows.set(0)
            self._age.set(0)

    async def _mind_the_clock(self, connection: asyncpg.Connection) -> None:
        """What waits, waits by the database's clock, and would wait for as much longer as that is set back. The few
        messages that are written between that and the next look come sooner by as much."""
        before = time.monotonic()
        if before < self._clock_due:
            return
        now = await self._seconds_there(connection)
        # Between asking and being answered it said so: of both what speaks against a jump is taken.
        if (back := self._least_ahead - (now - before)) > _JUMP_SECONDS:
            log.warning("clock_set_back", seconds=round(back), service=self._database.service)
            await connection.execute(_BRING_FORWARD, back, timeout=_TIMEOUT)
        self._least_ahead, self._clock_due = now - time.monotonic(), before + _CLOCK_SECONDS

    async def _seconds_there(self, connection: asyncpg.Connection) -> float:
        seconds: float = await connection.fetchval(_TIME, timeout=_TIMEOUT)
        return seconds

    async def _take(self, connection: asyncpg.Connection, *, done: Sequence[int]) -> list[asyncpg.Record]:
        """Those that are due, and in the same visit the deletion of those that are done."""
        rows: list[asyncpg.Record] = await connection.fetch(_TAKE, BATCH, done, timeout=_TIMEOUT)
        self._published.inc(len(done))
        self.oldest_seconds = max((row["age"] for row in rows), default=0.0)
        self._rows.set(len(rows))
        self._age.set(self.oldest_seconds)
        return rows

    async def _publish_all(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[int]:
        """Returns which the bus has stored and are still to be deleted."""
        # People wait for what is told, and not for the work that would be done at the same moment.
        told = [row for row in rows if not _is_work(row)]
        work = [row for row in rows if _is_work(row)]
        rows = told + work
        telling = asyncio.gather(*map(self._publish, told), return_exceptions=True)
        if told and work:
            await asyncio.wait({telling}, timeout=_HEAD_START_SECONDS)
        working = asyncio.gather(*map(self._publish, work), return_exceptions=True)
        outcomes = list(chain(*await asyncio.gather(telling, working)))
        stored = [row["seq"] for row, outcome in zip(rows, outcomes, strict=True) if outcome is None]
        failed = [(row, outcome) for row, outcome in zip(rows, outcomes, strict=True) if outcome is not None]
        if not failed:
            return stored
        row, error = failed[0]
        log.warning("outbox_not_published", subject=row["subject"], rows=len(failed), error=repr(error)[:200])
        if stored:
            # The bus works, so these rows themselves are at fault and must not stand in the way of the others.
            aside = [r["seq"] for r, _ in failed]
            await connection.execute(_SET_ASIDE, aside, SET_ASIDE_SECONDS, stored, timeout=_TIMEOUT)
            self._published.inc(len(stored))
        else:
            await asyncio.sleep(RETRY_SECONDS)
        return []

    async def _publish(self, row: Any) -> None:
        await self._bus.publish_stored(
            row["subject"], row["body"].encode(), headers=json.loads(row["headers"])
        )


def _is_work(row: Any) -> bool:
    return bool(row["subject"].startswith("job."))

"""One service's database: reads that commit nothing, and transactions that carry their events with them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, CursorResult, Executable, Interval, MetaData, Text, Uuid, bindparam, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeEngine

from medianest_common import tracing
from medianest_common.bus.context import CAUSATION, Context, current, use
from medianest_common.bus.wire import EVENT_ID, MSG_ID, header_value
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.base import Event, Job, Message, rfc3339
from medianest_common.contracts.platform import Pool
from medianest_common.db.goodbye import BriefGoodbye

log = structlog.get_logger()

CONNECT_TIMEOUT = 5.0
STATEMENT_TIMEOUT = 10.0
POOL_TIMEOUT = 3.0
POOL_SIZE = 10
EXTENSIONS = "extensions"
"""A schema for what PostgreSQL brings along: every service may use it, and none may change it."""


_STORED: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "subject": Text(),
    "headers": Text(),
    "body": Text(),
    "delay": Interval(),
}
# One statement for any number of messages. By the database's clock, which is also the one that the relay compares with.
STORE = text("""
    insert into outbox (id, subject, headers, body, not_before)
    select id, subject, headers::jsonb, body, now() + delay
      from unnest(:told_id, :told_subject, :told_headers, :told_body, :told_delay)
           with ordinality as told(id, subject, headers, body, delay, place)
     order by place
""").bindparams(*(bindparam(f"told_{name}", type_=ARRAY(kind)) for name, kind in _STORED.items()))
"""With what `Transaction.to_store` returns; by itself at the end of a transaction, or in a statement before."""


# In one order, so that two that are given the same events never wait for each other crosswise.
_CLAIM = text("""
    insert into inbox (consumer, event_id) select :consumer, id from unnest(:ids) as heard (id) order by id
    on conflict do nothing returning event_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))


def outbox_channel(service: str) -> str:
    """Channels are shared by everything in one database."""
    return f"outbox_{service}"


class Transaction:
    """A session whose events and jobs are stored in the same commit as its rows."""

    def __init__(self, session: AsyncSession, *, service: str, clock: Clock) -> None:
        self.session = session
        self._service = service
        self._clock = clock
        self.pending: list[dict[str, Any]] = []
        self.tells = False
        """Whether something is in the outbox because of it."""
        self._afterwards: list[tuple[Context, Callable[[], Awaitable[None]]]] = []

    def emit(self, event: Event) -> UUID:
        """Returns the event's id, which consumers use to do things once."""
        if event.service != self._service:
            raise TypeError(f"{self._service} must not speak for {event.service}")
        now = self._clock.now()
        return self._add(
            event,
            attributes={
                "ce-specversion": "1.0",
                "ce-type": event.type,
                "ce-source": f"/medianest/{self._service}",
                "ce-time": rfc3339(now),
            },
        )

    def enqueue(self, job: Job, *, delay: timedelta = timedelta()) -> UUID:
        return self._add(job, delay=delay, attributes={})

    def resend(self, *, subject: str, headers: Mapping[str, str], body: str) -> UUID:
        """What another service had told or asked, once more and under a new id: for dead letters alone."""
        message_id = uuid7()
        kept = {name: header_value(value) for name, value in headers.items()}
        self.pending.append(
            {
                "id": message_id,
                "subject": subject,
                "headers": json.dumps({EVENT_ID: str(message_id)} | kept | {MSG_ID: str(message_id)}),
                "body": body,
                "delay": timedelta(),
            }
        )
        return message_id

    def _add(self, message: Message, *, attributes: dict[str, str], delay: timedelta = timedelta()) -> UUID:
        message_id = uuid7()
        context = current()
        headers = context.trail() | attributes
        if context.causation_id:
            headers[CAUSATION] = context.causation_id
        if context.caller:
            headers["mn-actor"] = str(context.caller.user_id)
        headers[EVENT_ID] = headers[MSG_ID] = str(message_id)
        self.pending.append(
            {
                "id": message_id,
                "subject": message.subject,
                "headers": json.dumps({name: header_value(value) for name, value in headers.items()}),
                "body": message.model_dump_json(),
                "delay": delay,
            }
        )
        return message_id

    def to_store(self) -> dict[str, list[Any]]:
        """What was emitted and enqueued until now, for whoever gives it to the database in a statement with `STORE`."""
        rows, self.pending = self.pending, []
        self.tells = self.tells or bool(rows)
        return {f"told_{name}": [row[name] for row in rows] for name in _STORED}

    def after_commit(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run this once the commit has succeeded, in the order of asking and in the context of who asked; what must not
        be lost is emitted instead.

        A failure is logged and changes nothing: the rows are there, whatever became of telling about them.
        """
        self._afterwards.append((current(), run))

    async def committed(self) -> None:
        for context, run in self._afterwards:
            with use(context):
                try:
                    await run()
                except Exception:
                    log.exception("after_commit_failed", service=self._service)

    async def claim(self, consumer: str, event_id: UUID) -> bool:
        """Whether this event is new to this consumer. Waits for a rival transaction, so only one sees True."""
        return bool(await self.claim_each(consumer, [event_id]))

    async def claim_each(self, consumer: str, event_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of them that are new to this consumer."""
        claimed = await self.session.scalars(_CLAIM, {"consumer": consumer, "ids": list(event_ids)})
        return set(claimed)


class Publishes(Protocol):
    """What reads the outbox in this process."""

    @property
    def is_running(self) -> bool:
        """Whether it does; if not, another replica has to be told."""
        ...

    def wake(self) -> None: ...


class Database:
    """The engine of one service. Nothing outside this class commits."""

    def __init__(self, engine: AsyncEngine, *, metadata: MetaData, service: str, clock: Clock) -> None:
        self.engine = engine
        self.metadata = metadata
        self.service = service
        self._clock = clock
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.relay: Publishes | None = None
        """Set by the relay of this process."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits at the end of the block, with everything emitted in it; rolls back on any exception."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            tx = Transaction(session, service=self.service, clock=self._clock)
            async with session.begin():
                yield tx
                if tx.pending:
                    await session.flush()
                    await (await session.connection()).execute(STORE, tx.to_store())
                if tx.tells and (self.relay is None or not self.relay.is_running):
                    await session.execute(text(f"notify {outbox_channel(self.service)}"))
            if tx.tells and self.relay is not None:
                self.relay.wake()
        await tx.committed()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries, each in its own implicit transaction: one round trip instead of three."""
        async with self._reader.connect() as connection:
            yield connection

    async def write(self, statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
        """One statement that is a transaction by itself and tells nobody: one round trip instead of three."""
        async with self.read() as connection:
            return await connection.execute(statement, values)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncSession]:
        """As `read`, for who wants rows as objects. Nothing is saved."""
        async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def ping(self) -> None:
        async with self.read() as connection:
            await connection.execute(text("select 1"))

    def pool(self) -> Pool:
        connections = self.engine.pool
        assert isinstance(connections, QueuePool)
        return Pool(size=connections.size(), in_use=connections.checkedout())

    def waiting(self) -> int:
        """How many wait for a connection. The pool counts those who have one, and nobody else."""
        queue = getattr(getattr(self.engine.pool, "_pool", None), "_queue", None)
        return len(getattr(queue, "_getters", ()))

    async def close(self) -> None:
        await self.engine.dispose()


def open_database(
    url: str, *, metadata: MetaData, service: str, clock: Clock, pool_size: int = POOL_SIZE
) -> Database:
    """`url` is a plain postgresql:// address; nothing connects yet."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        connect_args={
            "connection_class": BriefGoodbye,
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": STATEMENT_TIMEOUT + 5,
            "server_settings": {
                "application_name": f"medianest-{service}",
                "search_path": f"{service}, {EXTENSIONS}",
                "statement_timeout": f"{STATEMENT_TIMEOUT:.0f}s",
                "idle_in_transaction_session_timeout": "20s",
                "timezone": "UTC",
            },
        },
    )
    if tracing.is_on():
        from medianest_common.tracing.statements import follow

        follow(engine.sync_engine, schema=service)
    return Database(engine, metadata=metadata, service=service, clock=clock)

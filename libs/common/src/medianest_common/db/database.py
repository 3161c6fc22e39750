"""One service's database: single statements, and transactions that carry their events with them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool

from medianest_common import tracing
from medianest_common.clock import Clock
from medianest_common.contracts.platform import Pool
from medianest_common.db.goodbye import BriefGoodbye
from medianest_common.db.transaction import STORE, Transaction

CONNECT_TIMEOUT = 5.0
STATEMENT_TIMEOUT = 10.0
POOL_TIMEOUT = 3.0
POOL_SIZE = 10
EXTENSIONS = "extensions"
"""A schema for what PostgreSQL brings along: every service may use it, and none may change it."""


def outbox_channel(service: str) -> str:
    """Channels are shared by everything in one database."""
    return f"outbox_{service}"


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

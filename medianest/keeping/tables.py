"""The tables of the services as they were at one moment, read while everything goes on.

All that lies in one database is read in the same snapshot, so what several services say fits together to the commit.
A service whose database is elsewhere gets a snapshot of its own, taken within the same few milliseconds.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from medianest.errors import BeingMade, SetupError
from medianest.keeping.archive import Partition, Schema, Table, Writer, table_folder
from medianest_common.db.migrate import MIGRATING, TURN_PAUSE, VERSION_TABLE

log = structlog.get_logger()

_BACKING_UP = (MIGRATING[0], 2)
_HOLDER = """
select pid from pg_locks
where locktype = 'advisory' and granted and objsubid = 2
  and classid = $1::int8::oid and objid = $2::int8::oid
  and database = (select oid from pg_database where datname = current_database())
"""
_CONNECT_SECONDS = 10.0
_ASK_SECONDS = 60.0
_TABLE_SECONDS = 6 * 3600.0
PLAIN_TEXT = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "client_encoding": "UTF8",
}
"""So that what is written here is read there, however the server is set up."""
_SESSION = PLAIN_TEXT | {
    "application_name": "medianest-backup",
    "statement_timeout": "0",
    # The one that holds the snapshot has nothing to do meanwhile.
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "30s",
}

_TABLES = """
    select c.oid, c.relname as name,
           array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and c.relname <> $2
    group by c.oid order by c.relname
"""
_NAMED = """
    select conrelid as table, confrelid as named from pg_constraint
    where contype = 'f' and connamespace = $1::text::regnamespace and conrelid <> confrelid and conparentid = 0
"""
_PARTITIONS = """
    select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bounds
    from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
    where c.relnamespace = $1::text::regnamespace and c.relkind = 'r' and c.relispartition order by c.relname
"""
_SEQUENCES = (
    "select sequencename, last_value from pg_sequences where schemaname = $1 and last_value is not null"
)
_SIZE = """
    select coalesce(sum(pg_table_size(oid)), 0)::bigint from pg_class
    where relnamespace = to_regnamespace($1) and relkind = 'r'
"""


@dataclass(frozen=True)
class Snapshot:
    """Of all databases; good for as long as the connections behind it stay open."""

    urls: Mapping[str, str]
    """By service."""
    _exported: Mapping[tuple[str | None, int | None, str | None], str]

    @asynccontextmanager
    async def reading(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        exported = self._exported[_database_of(self.urls[service])]
        async with (
            _connected(self.urls[service], service) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(f"set transaction snapshot '{exported}'", timeout=_ASK_SECONDS)
            yield connection

    async def claimed(self, service: str, consumer: str, events: Collection[UUID]) -> set[UUID]:
        """Those of these events that this consumer had dealt with by then."""
        if not events:
            return set()
        async with self.reading(service) as connection:
            rows = await connection.fetch(
                "select event_id from inbox where consumer = $1 and event_id = any($2::uuid[])",
                consumer,
                list(events),
                timeout=_ASK_SECONDS,
            )
        return {row["event_id"] for row in rows}


class Databases:
    """Where the services keep their tables. While it is open no migration runs: it waits for us."""

    def __init__(self, urls: Mapping[str, str], holders: Mapping[object, asyncpg.Connection]) -> None:
        self.urls = urls
        self._holders = holders

    async def claim(self) -> None:
        """Nobody else makes a backup until it is closed, from whatever machine. Raises `BeingMade`."""
        ours: set[int] = set()
        for holder in self._holders.values():
            asked = holder.fetchval("select pg_try_advisory_lock($1, $2)", *_BACKING_UP, timeout=_ASK_SECONDS)
            # Two addresses may lead to one database, of which the lock is ours by then.
            if (
                not await asked
                and await holder.fetchval(_HOLDER, *_BACKING_UP, timeout=_ASK_SECONDS) not in ours
            ):
                raise BeingMade("Another backup is being made just now. Try again when it is done.")
            ours.add(await holder.fetchval("select pg_backend_pid()", timeout=_ASK_SECONDS))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        exported = {}
        opened = []
        try:
            for place, holder in self._holders.items():
                transaction = holder.transaction(isolation="repeatable_read", readonly=True)
                await transaction.start()
                opened.append(transaction)
                exported[place] = await holder.fetchval("select pg_export_snapshot()", timeout=_ASK_SECONDS)
            yield Snapshot(self.urls, exported)  # type: ignore[arg-type]
        finally:
            for transaction in opened:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await transaction.rollback()

    async def bytes_of(self, service: str) -> int:
        async with _connected(self.urls[service], service) as connection:
            return int(await connection.fetchval(_SIZE, service, timeout=_ASK_SECONDS))

    async def head_of(self, service: str) -> str:
        async with _connected(self.urls[service], service) as connection:
            try:
                head = await connection.fetchval(
                    f"select version_num from {VERSION_TABLE}",  # noqa: S608
                    timeout=_ASK_SECONDS,
                )
            except asyncpg.UndefinedTableError:
                head = None
        if head is None:
            raise SetupError(
                f"The {service} service has no tables yet, so there is nothing to keep. Start MediaNest once, or run: "
                "medianest migrate"
            )
        return str(head)


@asynccontextmanager
async def databases(urls: Mapping[str, str]) -> AsyncIterator[Databases]:
    holders: dict[object, asyncpg.Connection] = {}
    try:
        for service, url in urls.items():
            if _database_of(url) not in holders:
                holder = holders[_database_of(url)] = await _connect(url, service)
                await _until_nobody_migrates(holder)
        yield Databases(urls, holders)
    finally:
        for holder in holders.values():
            await holder.close(timeout=2)


async def _until_nobody_migrates(holder: asyncpg.Connection) -> None:
    """Asked for again and again: an index that a migration builds would wait for whoever waits inside a statement."""
    told = False
    while not await holder.fetchval(
        "select pg_try_advisory_lock_shared($1, $2)", *MIGRATING, timeout=_ASK_SECONDS
    ):
        if not told:
            log.info("backup_waits", what="a migration")
            told = True
        await asyncio.sleep(TURN_PAUSE)


async def write_schema(writer: Writer, snapshot: Snapshot, service: str, *, head: str) -> Schema:
    """Each table is locked against changes of its form for only as long as it is read."""
    async with snapshot.reading(service) as connection:
        found = await connection.fetch(_TABLES, service, VERSION_TABLE, timeout=_ASK_SECONDS)
        partitions = await connection.fetch(_PARTITIONS, service, timeout=_ASK_SECONDS)
        sequences = await connection.fetch(_SEQUENCES, service, timeout=_ASK_SECONDS)
        by_oid = {row["oid"]: row for row in found}
        tables = []
        for oid in await _in_order(connection, service, list(by_oid)):
            name, columns = by_oid[oid]["name"], tuple(by_oid[oid]["columns"])
            tables.append(await _write_table(writer, connection, service, name=name, columns=columns))
    return Schema(
        service=service,
        head=head,
        tables=tuple(tables),
        partitions=tuple(Partition(**dict(row)) for row in partitions),
        sequences={row["sequencename"]: row["last_value"] for row in sequences},
    )


async def _write_table(
    writer: Writer, connection: asyncpg.Connection, service: str, *, name: str, columns: tuple[str, ...]
) -> Table:
    pieces = writer.pieces(table_folder(service, name))
    chosen = ", ".join(f'"{column}"' for column in columns)
    # Rolled back to here, its lock is gone; the snapshot stays.
    point = connection.transaction()
    await point.start()
    try:
        done = await connection.copy_from_query(
            f'select {chosen} from "{service}"."{name}"',  # noqa: S608
            output=pieces.write,
            timeout=_TABLE_SECONDS,
        )
    finally:
        await point.rollback()
    return Table(name=name, columns=columns, rows=int(done.rpartition(" ")[2]), pieces=pieces.close())


async def _in_order(connection: asyncpg.Connection, service: str, tables: list[int]) -> list[int]:
    """Each after those that its foreign keys name."""
    order = TopologicalSorter({oid: set() for oid in tables})
    for row in await connection.fetch(_NAMED, service, timeout=_ASK_SECONDS):
        order.add(row["table"], row["named"])
    try:
        return list(order.static_order())
    except CycleError as error:
        raise SetupError(f"The tables of {service} name each other in a circle: {error.args[1]}") from None


def dsn_of(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _database_of(url: str) -> tuple[str | None, int | None, str | None]:
    parts = make_url(url)
    return parts.host, parts.port, parts.database


@asynccontextmanager
async def _connected(url: str, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await _connect(url, service)
    try:
        yield connection
    finally:
        await connection.close(timeout=2)


async def _connect(url: str, service: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        dsn_of(url),
        timeout=_CONNECT_SECONDS,
        command_timeout=_ASK_SECONDS,
        server_settings=_SESSION | {"search_path": service},
    )

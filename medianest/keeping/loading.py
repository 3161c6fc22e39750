"""The tables of a backup, made and filled where nobody looks yet.

They are made by our own migrations, as they were when the backup was taken, filled, and then brought up to date like
those of any installation that is updated.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from medianest.errors import Refused
from medianest.keeping.archive import Partition, Schema, Table, piece_name, table_folder
from medianest.keeping.tables import PLAIN_TEXT, dsn_of
from medianest.keeping.waiting import rows_for

if TYPE_CHECKING:
    import asyncpg

    from medianest_common.service import Service

_CONNECT_SECONDS = 10.0
_STEP_SECONDS = 600.0
_TABLE_SECONDS = 6 * 3600.0
_BOUNDS = re.compile(r"FOR VALUES FROM \('[0-9 :+.-]+'\) TO \('[0-9 :+.-]+'\)")
_SESSION = PLAIN_TEXT | {
    "application_name": "medianest-restore",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}

type Entries = Iterator[tuple[str, bytes]]


async def load(service: "Service", schema: Schema, entries: Entries, *, url: str, waiting: bytes) -> None:
    """`url` is the service's own, of a database in which it has nothing."""
    from medianest_common.db.migrate import bring_to, versions_dir

    assert service.metadata is not None
    versions = versions_dir(service)
    await bring_to(schema.head, url=url, versions=versions, metadata=service.metadata)
    async with connected(url, search_path=schema.service) as connection, connection.transaction():
        await _prepare(connection, schema)
        for table in schema.tables:
            await _fill(connection, schema, table, entries)
        await _complete(connection, schema)
    await bring_to("head", url=url, versions=versions, metadata=service.metadata)
    async with connected(url, search_path=schema.service) as connection, connection.transaction():
        await _owe(connection, schema.service, waiting)


async def _prepare(connection: "asyncpg.Connection", schema: Schema) -> None:
    """Nothing in the tables, and nothing that acts by itself when they are filled."""
    for table in schema.tables:
        await connection.execute(f'alter table "{table.name}" disable trigger user')
    if schema.tables:
        # Some are born with rows.
        names = ", ".join(f'"{table.name}"' for table in schema.tables)
        await connection.execute(f"truncate {names}")
    for partition in schema.partitions:
        await connection.execute(_partition(partition))


async def _fill(connection: "asyncpg.Connection", schema: Schema, table: Table, entries: Entries) -> None:
    folder = table_folder(schema.service, table.name)

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(1, table.pieces + 1):
            name, data = next(entries, ("", b""))
            if name != piece_name(folder, number):
                raise Refused(f"The backup does not hold what it lists: {piece_name(folder, number)}.")
            yield data

    done = await connection.copy_to_table(
        table.name,
        source=pieces(),
        columns=list(table.columns),
        schema_name=schema.service,
        timeout=_TABLE_SECONDS,
    )
    if done != f"COPY {table.rows}":
        raise Refused(f"{table.rows} rows of {folder} were in the backup, and {done!r} arrived.")


async def _complete(connection: "asyncpg.Connection", schema: Schema) -> None:
    for sequence, value in schema.sequences.items():
        await connection.execute("select setval(quote_ident($1)::regclass, $2)", sequence, value)
    await connection.execute("set constraints all immediate")
    for table in schema.tables:
        await connection.execute(f'alter table "{table.name}" enable trigger user')


async def _owe(connection: "asyncpg.Connection", service: str, waiting: bytes) -> None:
    """What was on the bus is told by the relay when the services start; the letters among it are heard anew."""
    await connection.executemany(
        "insert into outbox (id, subject, headers, body) values ($1, $2, $3, $4)",
        list(rows_for(service, waiting)),
    )
    if await connection.fetchval("select to_regclass('dead_letters') is not null"):
        await connection.execute("delete from dead_letters where state = 'waiting'")


@asynccontextmanager
async def connected(url: str, *, search_path: str = "public") -> "AsyncIterator[asyncpg.Connection]":
    import asyncpg

    connection = await asyncpg.connect(
        dsn_of(url),
        timeout=_CONNECT_SECONDS,
        command_timeout=_STEP_SECONDS,
        server_settings=_SESSION | {"search_path": search_path},
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=2)


def _partition(partition: Partition) -> str:
    if not (
        partition.name.isidentifier()
        and partition.parent.isidentifier()
        and _BOUNDS.fullmatch(partition.bounds)
    ):
        raise Refused(f"The backup holds a partition that we did not make: {partition.name[:80]!r}.")
    return (
        f'create table if not exists "{partition.name}" partition of "{partition.parent}" {partition.bounds}'
    )

"""Sealing a column anew while others read and write it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Column, Table, Text, Uuid, insert, select, update
from sqlalchemy.engine import make_url

from libs.common.tests.sample import SAMPLE
from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.db.base import service_metadata
from medianest_common.db.database import Database, open_database
from medianest_common.db.roles import role_url
from medianest_common.db.sealed import (
    Resealed,
    SealedColumn,
    database_time,
    remaining,
    reseal,
    sealed,
    sealed_columns,
    still_open,
)
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing

METADATA = service_metadata()
VAULT = Table(
    "vault",
    METADATA,
    Column("number", Uuid, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("secret", Text, info=sealed("vault")),
)
OLD = KeyRing.generate()
NEW = OLD.rotated()
OURS, THEIRS = NEW.cipher("vault"), OLD.cipher("vault")


@pytest.fixture
async def db(sandbox: Sandbox) -> AsyncIterator[Database]:
    await sandbox.start(SAMPLE)
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    url = role_url(sandbox.settings["database_url"], "sample", secret=secret)
    database = open_database(url, metadata=METADATA, service="sample", clock=sandbox.clock)
    async with database.transaction() as tx:
        await (await tx.session.connection()).run_sync(lambda connection: VAULT.create(connection))
    yield database
    await database.close()


@pytest.fixture
def column() -> SealedColumn:
    (found,) = sealed_columns(METADATA)
    assert str(found) == "vault.secret"
    return found


async def _fill(db: Database, column: SealedColumn, count: int) -> list[UUID]:
    rows = [uuid7() for _ in range(count)]
    values = [
        {"number": uuid7(), "id": row, "secret": THEIRS.seal(f"secret {n}", cell=column.cell(row))}
        for n, row in enumerate(rows)
    ]
    async with db.transaction() as tx:
        await tx.session.execute(insert(VAULT), values)
        await tx.session.execute(insert(VAULT), {"number": uuid7(), "id": uuid7(), "secret": None})
    return rows


async def _opened(db: Database, column: SealedColumn) -> dict[UUID, str]:
    async with db.read() as connection:
        found = await connection.execute(
            select(VAULT.c.id, VAULT.c.secret).where(VAULT.c.secret.is_not(None))
        )
    only_new = NEW.without_old().cipher("vault")
    return {row: only_new.open_text(secret, cell=column.cell(row)) for row, secret in found}


async def test_all_batches_are_sealed_anew_and_say_the_same(db: Database, column: SealedColumn) -> None:
    rows = await _fill(db, column, 25)
    assert await remaining(db, column, OURS) == 25
    assert await reseal(db, column, OURS, batch=10) == Resealed(done=25)
    assert await remaining(db, column, OURS) == 0
    assert await _opened(db, column) == {row: f"secret {n}" for n, row in enumerate(rows)}
    assert await reseal(db, column, OURS, batch=10) == Resealed()


async def test_what_does_not_open_stays_and_is_told_apart(db: Database, column: SealedColumn) -> None:
    rows = await _fill(db, column, 3)
    foreign = KeyRing.generate().cipher("vault").seal("lost", cell=column.cell(rows[0]))
    other = OLD.cipher("another purpose").seal("damaged", cell=column.cell(rows[1]))
    async with db.transaction() as tx:
        for row, secret in ((rows[0], foreign), (rows[1], other)):
            await tx.session.execute(update(VAULT).where(VAULT.c.id == row).values(secret=secret))
    assert await reseal(db, column, OURS) == Resealed(done=1, lost=1, damaged=1)
    assert await remaining(db, column, OURS) == 2
    async with db.read() as connection:
        kept = (await connection.execute(select(VAULT.c.secret).where(VAULT.c.id == rows[0]))).scalar_one()
    assert kept == foreign


async def test_who_works_in_another_database_of_the_server_is_not_waited_for(
    db: Database, sandbox: Sandbox
) -> None:
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    own = make_url(role_url(sandbox.settings["database_url"], "sample", secret=secret))
    elsewhere = own.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(elsewhere, timeout=30)
    try:
        async with connection.transaction():
            await connection.execute("select 1", timeout=30)
            since = await database_time(db)

            async def is_over() -> bool:
                """What the service itself had begun."""
                return await still_open(db, since=since) == 0

            await eventually(is_over)
    finally:
        await connection.close(timeout=5)


async def test_a_row_that_somebody_is_writing_is_left_to_them(db: Database, column: SealedColumn) -> None:
    rows = await _fill(db, column, 3)
    moment = await database_time(db)
    async with db.transaction() as tx:
        written = THEIRS.seal("written meanwhile", cell=column.cell(rows[1]))
        await tx.session.execute(update(VAULT).where(VAULT.c.id == rows[1]).values(secret=written))
        async with asyncio.timeout(30):
            assert await reseal(db, column, OURS) == Resealed(done=2)
        assert await still_open(db, since=await database_time(db)) == 1
        assert await still_open(db, since=moment) == 0
    over = await database_time(db)

    async def is_over() -> bool:
        """By then; the service begins others of its own all the time."""
        return await still_open(db, since=over) == 0

    await eventually(is_over)
    assert await remaining(db, column, OURS) == 1
    await reseal(db, column, OURS)
    assert (await _opened(db, column))[rows[1]] == "written meanwhile"


async def test_nothing_that_is_written_at_the_same_time_is_lost(db: Database, column: SealedColumn) -> None:
    rows = await _fill(db, column, 40)
    last: dict[UUID, str] = {}

    async def write(turn: int) -> None:
        for n, row in enumerate(rows[turn::4]):
            secret = f"written {turn} {n}"
            sealed_now = (THEIRS if n % 2 else OURS).seal(secret, cell=column.cell(row))
            async with db.transaction() as tx:
                await tx.session.execute(update(VAULT).where(VAULT.c.id == row).values(secret=sealed_now))
            last[row] = secret

    await asyncio.gather(
        *(write(turn) for turn in range(4)), *(reseal(db, column, OURS, batch=3) for _ in range(3))
    )
    while await remaining(db, column, OURS):
        await reseal(db, column, OURS, batch=7)
    assert await _opened(db, column) == last

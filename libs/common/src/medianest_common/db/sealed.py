"""Which columns hold sealed values, said where the column is; and sealing them anew under the primary key.

A column is declared as `mapped_column(info=sealed("totp"))`. Everything else follows from that: rotating the keys of
the installation finds it, and a test fails for a column that is sealed and does not say so.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, bindparam, func, select, text, update

from medianest_common.db.database import Database
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey

BATCH = 500
_INFO = "sealed"
_OLDER_TRANSACTIONS = text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
    " and xact_start < :moment"
)


def sealed(purpose: str, *, row: str = "id") -> dict[Any, Any]:
    """For `info`: what the cipher is for, and the column whose value stands in the `Cell` as the row."""
    return {_INFO: (purpose, row)}


@dataclass(frozen=True, slots=True)
class SealedColumn:
    table: Table
    column: Column[Any]
    purpose: str
    row: Column[Any]

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    def cell(self, row: UUID) -> Cell:
        return Cell(self.table.name, self.column.name, row)


def sealed_columns(metadata: MetaData) -> list[SealedColumn]:
    return [
        SealedColumn(table, column, purpose, table.c[row])
        for table in metadata.sorted_tables
        for column in table.c
        if _INFO in column.info
        for purpose, row in [column.info[_INFO]]
    ]


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one pass over a column has come to. What could not be opened was left as it is.

    `lost` was sealed under a key that is gone, so that no rotation makes it worse. `damaged` names a key that is there,
    which does not open it: altered, or declared for another purpose than it was sealed for.
    """

    done: int = 0
    lost: int = 0
    damaged: int = 0

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(self.done + other.done, self.lost + other.lost, self.damaged + other.damaged)


async def reseal(db: Database, column: SealedColumn, cipher: Cipher, *, batch: int = BATCH) -> Resealed:
    """Seal everything anew that is not under the primary key, a batch in each transaction.

    A row that somebody else is writing is passed over rather than waited for, and rows that we hold are only waited
    for by others; so this can neither lose what is written meanwhile nor deadlock with it. `remaining` says whether
    another pass is needed.
    """
    total, after = Resealed(), UUID(int=0)
    while True:
        due = (
            select(column.row, column.column)
            .where(_is_due(column, cipher), column.row > after)
            .order_by(column.row)
            .limit(batch)
            .with_for_update(skip_locked=True)
        )
        async with db.transaction() as tx:
            rows = (await tx.session.execute(due)).all()
            if not rows:
                return total
            outcomes = [_sealed_anew(column, cipher, *row) for row in rows]
            if fresh := [values for values, _ in outcomes if values]:
                connection = await tx.session.connection()
                await connection.execute(_replacing(column), fresh)
        total = sum((outcome for _, outcome in outcomes), total)
        after = rows[-1][0]


async def remaining(db: Database, column: SealedColumn, cipher: Cipher) -> int:
    """How many values are not sealed under the primary key, readable or not."""
    statement = select(func.count()).select_from(column.table).where(_is_due(column, cipher))
    async with db.read() as connection:
        return int((await connection.execute(statement)).scalar_one())


async def still_open(db: Database, *, since: Any) -> int:
    """How many of the service's transactions began before that moment of the database's clock and go on."""
    async with db.read() as connection:
        return int((await connection.execute(_OLDER_TRANSACTIONS, {"moment": since})).scalar_one())


async def database_time(db: Database) -> Any:
    async with db.read() as connection:
        return (await connection.execute(select(func.clock_timestamp()))).scalar_one()


def _is_due(column: SealedColumn, cipher: Cipher) -> Any:
    """Nothing sealed is null, and null is not due."""
    return func.starts_with(column.column, cipher.mark).is_(False)


def _sealed_anew(
    column: SealedColumn, cipher: Cipher, row: UUID, present: str
) -> tuple[dict[str, UUID | str] | None, Resealed]:
    cell = column.cell(row)
    try:
        secret = cipher.open(present, cell=cell)
    except UnknownKey:
        return None, Resealed(lost=1)
    except Undecryptable:
        return None, Resealed(damaged=1)
    values: dict[str, UUID | str] = {
        "the_row": row,
        "present": present,
        "fresh": cipher.seal(secret, cell=cell),
    }
    return values, Resealed(done=1)


def _replacing(column: SealedColumn) -> Any:
    return (
        update(column.table)
        .where(column.row == bindparam("the_row"), column.column == bindparam("present"))
        .values({column.column: bindparam("fresh")})
    )

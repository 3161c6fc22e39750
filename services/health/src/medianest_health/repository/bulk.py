"""Many rows in one statement whose text does not depend on how many there are."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


async def insert_rows(
    session: AsyncSession,
    model: type[DeclarativeBase],
    rows: Sequence[dict[str, Any]],
    *,
    keys: Sequence[str],
    update: bool = True,
) -> None:
    """Insert `rows`, which all have the same columns; where there is one with these `keys`, change it if that is asked
    for, or leave it as it is."""
    if rows:
        statement = _statement(model.__tablename__, tuple(rows[0]), tuple(keys), update=update)
        await session.execute(statement, {"rows": json.dumps(rows, default=_plain)})


def _statement(table: str, columns: tuple[str, ...], keys: tuple[str, ...], *, update: bool) -> TextClause:
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    action = f"update set {changes}" if update else "nothing"
    return text(
        f"insert into {table} ({names})"  # noqa: S608 - of our own tables
        f" select {names} from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))"
        f" on conflict ({', '.join(keys)}) do {action}"
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)

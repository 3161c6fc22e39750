"""What a service holds about a person, page by page, as the person may see it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.base import rfc3339, to_camel
from medianest_common.contracts.personal import PersonalData
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor

PAGE = 200
"""Rows in one answer, so that it fits into a message."""
_ORDER = "personal"


async def personal_data(
    connection: AsyncConnection, tables: Mapping[str, Select[*tuple[Any, ...]]], *, cursor: str | None = None
) -> PersonalData:
    """`tables` says what is read of each; the statements name their columns, which leaves secrets out, and an order."""
    names = list(tables)
    table, offset = decode_cursor(cursor, _ORDER, int, int) if cursor else (0, 0)
    if not 0 <= table < len(names) or offset < 0:
        raise InvalidCursor("Start again from the first page.")
    found: dict[str, list[dict[str, Any]]] = {}
    room = PAGE
    while table < len(names):
        rows = (
            (await connection.execute(tables[names[table]].offset(offset).limit(room + 1))).mappings().all()
        )
        if rows or offset == 0:
            found[names[table]] = [
                {to_camel(name): _shown(value) for name, value in row.items()} for row in rows[:room]
            ]
        if len(rows) > room:
            return PersonalData(tables=found, next_cursor=encode_cursor(_ORDER, table, offset + room))
        table, offset, room = table + 1, 0, room - len(rows)
        if room == 0 and table < len(names):
            return PersonalData(tables=found, next_cursor=encode_cursor(_ORDER, table, 0))
    return PersonalData(tables=found)


def _shown(value: Any) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            raise TypeError("binary columns are keys and hashes, and not for export")
    return value

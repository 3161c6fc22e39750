"""How PostgreSQL reads what the services of this process really ask it, for tests with tables that are too large to be
read from end to end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

type Plan = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    engine: Engine
    sql: str
    values: Any

    async def plan(self) -> Plan:
        async with AsyncEngine(self.engine).connect() as connection:
            explain = f"explain (format json) {self.sql}"
            [found] = (await connection.exec_driver_sql(explain, self.values)).scalar_one()
        plan: Plan = found["Plan"]
        return plan


@contextmanager
def queries_of(table: str) -> Iterator[list[Asked]]:
    """What is read from this table inside the block, by whoever it is."""
    asked: list[Asked] = []

    def note(connection: Connection, _: Any, sql: str, values: Any, *__: Any) -> None:
        begins = sql.split(None, 1)[0].lower()
        if begins in ("select", "with") and table in sql.lower().replace(",", " ").split():
            asked.append(Asked(connection.engine, sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def read_from_end_to_end(asked: Sequence[Asked], table: str) -> list[str]:
    """Those of them for which the whole table, or a whole partition of it, is read."""
    return [each.sql for each in asked if _reads_all(await each.plan(), table)]


async def indexes_read(asked: Sequence[Asked]) -> set[str]:
    """By their names."""
    return {name for each in asked for name in _indexes(await each.plan())}


def _indexes(plan: Plan) -> Iterator[str]:
    if "Index Name" in plan:
        yield plan["Index Name"]
    for part in plan.get("Plans", ()):
        yield from _indexes(part)


def _reads_all(plan: Plan, table: str) -> bool:
    if plan["Node Type"] == "Seq Scan" and str(plan["Relation Name"]).startswith(table):
        return True
    return any(_reads_all(part, table) for part in plan.get("Plans", ()))

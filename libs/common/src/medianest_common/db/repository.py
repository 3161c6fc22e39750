"""Reads and writes that are the same for every table. Queries with a meaning of their own are methods of subclasses."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute


class Repository[M: DeclarativeBase]:
    """Never commits: the transaction it was made from does."""

    model: ClassVar[type[DeclarativeBase]]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, key: Any, *, lock: bool = False) -> M | None:
        """By primary key; with `lock` others who lock the row wait until this transaction ends. Rows that refer to it
        can be added meanwhile (`FOR NO KEY UPDATE`): who holds one and adds another does not deadlock with us."""
        return await self.session.get(self._model, key, with_for_update={"key_share": True} if lock else None)

    async def one(self, *conditions: ColumnElement[bool], lock: bool = False) -> M | None:
        statement = self.select().where(*conditions)
        if lock:
            statement = statement.with_for_update(key_share=True)
        return (await self.session.scalars(statement)).one_or_none()

    async def list(self, *conditions: ColumnElement[bool], limit: int | None = None) -> Sequence[M]:
        return (await self.session.scalars(self.select().where(*conditions).limit(limit))).all()

    async def count(self, *conditions: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(self.model).where(*conditions)
        return (await self.session.execute(statement)).scalar_one()

    async def add(self, row: M) -> M:
        """Flushes, so that a broken constraint is raised here and not at the end."""
        self.session.add(row)
        await self.session.flush()
        return row

    async def add_new(self, values: dict[str, Any]) -> bool:
        """Insert unless a unique constraint says it is there already; returns whether it was new."""
        key = self.model.__mapper__.primary_key
        statement = upsert(self.model).values(values).on_conflict_do_nothing().returning(*key)
        return (await self.session.execute(statement)).first() is not None

    async def upsert(self, values: dict[str, Any], *, keys: Sequence[str]) -> None:
        """Insert, or update everything but `keys` where a row with them exists."""
        statement = upsert(self.model).values(values)
        changes = {name: statement.excluded[name] for name in values if name not in keys}
        await self.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))

    async def delete(self, *conditions: ColumnElement[bool]) -> int:
        """Returns how many rows went."""
        result = await self.session.execute(delete(self.model).where(*conditions))
        return int(result.rowcount)  # type: ignore[attr-defined]

    def select(self) -> Select[M]:
        return select(self._model)

    @property
    def _model(self) -> type[M]:
        return cast("type[M]", self.model)


def after(
    columns: Sequence[InstrumentedAttribute[Any] | ColumnElement[Any]],
    values: Sequence[Any],
    *,
    descending: bool,
) -> ColumnElement[bool]:
    """The rows that follow `values` in the order of `columns`: a keyset page costs the same wherever it is."""
    key, reached = tuple_(*columns), tuple_(*values)
    return key < reached if descending else key > reached

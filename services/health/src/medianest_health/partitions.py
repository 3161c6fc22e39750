"""The daily partitions of the results: made before they are needed, dropped when they are old."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from medianest_common.db import Database

_NAME = re.compile(r"results_([0-9]{8})")
_PRESENT = text(
    "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
    " where i.inhparent = 'results'::regclass"
)
_TAKING_TURNS = text("select pg_advisory_xact_lock(7316, 201)")
_IMPATIENT = text("set local lock_timeout = '2s'")
"""Both making and dropping one shut out everybody else: rather later than that all wait behind us."""


_DAYS_AHEAD = 3


class Partitions:
    """Remembers which days have one, so that it mostly asks nothing."""

    def __init__(self) -> None:
        self._known: set[date] = set()

    async def ensure(self, db: Database, *, now: datetime, also: Iterable[datetime] = ()) -> None:
        """For today and the days of `also`, which come late. Raises where one is missing and cannot be made now."""
        await self._make(db, {_day(now), *map(_day, also)}, today=_day(now))

    async def make_ahead(self, db: Database, *, now: datetime) -> None:
        """For the days to come: whoever reads for hours, as a backup does, keeps nobody from making one in time."""
        await self._make(db, _ahead(_day(now)), today=_day(now))

    async def _make(self, db: Database, wanted: set[date], *, today: date) -> None:
        if wanted <= self._known:
            return
        present = await _present(db)
        if not {_name(day) for day in wanted} <= present:
            await _create(db, sorted(wanted | _ahead(today)))
        self._known = {known for known in self._known if known >= min(wanted)} | wanted

    async def drop_before(self, db: Database, first_kept: date) -> list[str]:
        """Each in a transaction of its own, which is short. Returns the names of those that went."""
        old = sorted(name for name in await _present(db) if name < _name(first_kept))
        for name in old:
            async with db.transaction() as tx:
                await tx.session.execute(_IMPATIENT)
                await tx.session.execute(text(f"drop table if exists {name}"))
        return old


async def _present(db: Database) -> set[str]:
    async with db.read() as connection:
        names = (await connection.execute(_PRESENT)).scalars()
        return {name for name in names if _NAME.fullmatch(name)}


async def _create(db: Database, days: Iterable[date]) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(_IMPATIENT)
        # `if not exists` looks first and makes then: two replicas at midnight would both make it.
        await tx.session.execute(_TAKING_TURNS)
        for day in days:
            await tx.session.execute(
                text(
                    f"create table if not exists {_name(day)} partition of results"
                    f" for values from ('{day} 00:00:00+00') to ('{day + timedelta(days=1)} 00:00:00+00')"
                )
            )


def _ahead(today: date) -> set[date]:
    return {today + timedelta(days=number) for number in range(_DAYS_AHEAD + 1)}


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _name(day: date) -> str:
    return f"results_{day:%Y%m%d}"

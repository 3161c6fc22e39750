"""The daily partitions of the results: made before they are needed, dropped when they are old."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.db import Database

_NAME = re.compile(r"results_([0-9]{8})")
_PRESENT = text(
    "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
    " where i.inhparent = 'results'::regclass"
)
_TAKING_TURNS = text("select pg_advisory_xact_lock(7316, 201)")
_IMPATIENT = text("set local lock_timeout = '2s'")
"""Both making and dropping one shut out everybody else: rather later than that all wait behind us."""


class Partitions:
    """Remembers which days have one, so that it mostly asks nothing."""

    def __init__(self) -> None:
        self._known: set[date] = set()

    async def ensure(self, db: Database, *, now: datetime, also: Iterable[datetime] = ()) -> None:
        """For today and tomorrow, and the days of `also`, which come late."""
        today = _day(now)
        wanted = {today, today + timedelta(days=1), *map(_day, also)}
        missing = sorted(wanted - self._known)
        if not missing:
            return
        async with db.transaction() as tx:
            await tx.session.execute(_IMPATIENT)
            # `if not exists` looks first and makes then: two replicas at midnight would both make it.
            await tx.session.execute(_TAKING_TURNS)
            for day in missing:
                await tx.session.execute(
                    text(
                        f"create table if not exists {_name(day)} partition of results"
                        f" for values from ('{day} 00:00:00+00') to ('{day + timedelta(days=1)} 00:00:00+00')"
                    )
                )
        self._known = {known for known in self._known if known >= min(wanted)} | wanted

    async def drop_before(self, session: AsyncSession, first_kept: date) -> list[str]:
        """Returns the names of those that went."""
        await session.execute(_IMPATIENT)
        names = (await session.execute(_PRESENT)).scalars().all()
        old = [name for name in names if _NAME.fullmatch(name) and name < _name(first_kept)]
        for name in old:
            await session.execute(text(f"drop table {name}"))
        return old


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _name(day: date) -> str:
    return f"results_{day:%Y%m%d}"

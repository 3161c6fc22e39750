"""The daily partitions of the results: made before they are needed, dropped when they are old."""

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_NAME = re.compile(r"results_([0-9]{8})")
_PRESENT = text(
    "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
    " where i.inhparent = 'results'::regclass"
)


_TAKING_TURNS = text("select pg_advisory_xact_lock(7316, 201)")


class Partitions:
    """Remembers which days have one, so that most rounds ask nothing."""

    def __init__(self) -> None:
        self._known: set[date] = set()

    async def ensure(self, session: AsyncSession, *, now: datetime) -> None:
        """For today and tomorrow."""
        today = now.astimezone(UTC).date()
        for day in (today, today + timedelta(days=1)):
            if day not in self._known:
                # `if not exists` looks first and makes then: two replicas at midnight would both make it.
                await session.execute(_TAKING_TURNS)
                await session.execute(
                    text(
                        f"create table if not exists {_name(day)} partition of results"
                        f" for values from ('{day} 00:00:00+00') to ('{day + timedelta(days=1)} 00:00:00+00')"
                    )
                )
                self._known = {known for known in self._known if known >= today} | {day}

    async def drop_before(self, session: AsyncSession, first_kept: date) -> list[str]:
        """Returns the names of those that went."""
        names = (await session.execute(_PRESENT)).scalars().all()
        old = [name for name in names if _NAME.fullmatch(name) and name < _name(first_kept)]
        for name in old:
            await session.execute(text(f"drop table {name}"))
        return old


def _name(day: date) -> str:
    return f"results_{day:%Y%m%d}"

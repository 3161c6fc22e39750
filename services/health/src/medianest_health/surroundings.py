"""What else matters to monitors at one moment: maintenance, and how that stands which they depend on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.health import MonitorState
from medianest_health.repository.maintenances import Maintenances
from medianest_health.states import Around, Judgement

# However far away. A union ends even where there is a circle.
_SUPPORTS = text("""
    with recursive bonds (monitor_id, support) as (
        select d.monitor_id, d.depends_on from dependencies d
        where d.monitor_id = any(cast(:monitors as uuid[]))
        union
        select b.monitor_id, d.depends_on from bonds b join dependencies d on d.monitor_id = b.support
    )
    select b.monitor_id, b.support, s.verdict, s.recent, s.last_check_at, s.holds_seconds, s.blocked_by,
           -- During its maintenance its incident waits, however well it is by then.
           s.state <> 'maintenance' and exists (
               select from incidents i
               where i.monitor_id = b.support and i.closed_at is null and i.state in ('down', 'flapping')
           ) as is_out
    from bonds b
    join monitors m on m.id = b.support and m.enabled and not m.paused
    join standings s on s.monitor_id = b.support
    where b.support <> b.monitor_id
    order by s.blocked_by is not null, b.support
""")


@dataclass(frozen=True, slots=True)
class Support:
    """A monitor that another one depends on."""

    id: UUID
    is_down: bool
    """Or was, and is not well again for sure."""
    has_failed: bool
    looked_at: datetime


@dataclass(frozen=True, slots=True)
class Surroundings:
    maintained: Mapping[UUID, datetime]
    supports: Mapping[UUID, list[Support]]

    @classmethod
    async def of(cls, session: AsyncSession, monitors: Collection[UUID], *, at: datetime) -> Self:
        supports: dict[UUID, list[Support]] = {}
        for row in await session.execute(_SUPPORTS, {"monitors": list(monitors)}):
            if at - row.last_check_at > 2 * timedelta(seconds=row.holds_seconds):
                continue  # Nobody knows how that stands.
            support = Support(
                row.support,
                is_down=row.is_out or row.verdict == MonitorState.DOWN,
                has_failed=row.recent.endswith("-") and row.verdict != MonitorState.UNKNOWN,
                looked_at=row.last_check_at,
            )
            supports.setdefault(row.monitor_id, []).append(support)
        return cls(await Maintenances(session).covering(monitors, at=at), supports)

    def around(self, monitor_id: UUID, *, before: Judgement | None, at: datetime) -> Around:
        supports = self.supports.get(monitor_id, ())
        return Around(
            maintenance_until=self.maintained.get(monitor_id),
            blocked_by=next((each.id for each in supports if each.is_down), None),
            in_doubt=any(each.has_failed for each in supports)
            or bool(self.unseen(monitor_id, before, at=at)),
        )

    def unseen(self, monitor_id: UUID, before: Judgement | None, *, at: datetime) -> set[UUID]:
        """Those that nobody has looked at since this one went down."""
        is_down = before is not None and before.verdict.state is MonitorState.DOWN
        since = before.verdict.since if before is not None and is_down else at
        return {each.id for each in self.supports.get(monitor_id, ()) if each.looked_at < since}

"""What broke and was mended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.health.inside import Recovery as Told
from medianest_common.contracts.health.inside import RecoveryKind
from medianest_common.db import Repository
from medianest_common.db.repository import after
from medianest_health.models import Recovery

_FIELDS = ("id", "at", "service", "instance", "kind", "about", "seconds", "detail")


class RecoveryLog(Repository[Recovery]):
    model = Recovery

    async def note(self, told: Told) -> None:
        """Once, however often it is told."""
        await self.add_new({name: getattr(told, name) for name in _FIELDS} | {"kind": told.kind.value})

    async def forget(self, *, before: datetime) -> None:
        await self.delete(Recovery.at < before)


async def recoveries_page(
    connection: AsyncConnection,
    *,
    service: str | None,
    kind: RecoveryKind | None,
    reached: tuple[datetime, object] | None,
    limit: int,
) -> Sequence[Told]:
    """Newest first, those after `reached`."""
    statement = select(*(getattr(Recovery, name) for name in _FIELDS))
    if service is not None:
        statement = statement.where(Recovery.service == service)
    if kind is not None:
        statement = statement.where(Recovery.kind == kind.value)
    if reached is not None:
        statement = statement.where(after([Recovery.at, Recovery.id], reached, descending=True))
    statement = statement.order_by(Recovery.at.desc(), Recovery.id.desc()).limit(limit)
    return [Told(**row) for row in (await connection.execute(statement)).mappings()]

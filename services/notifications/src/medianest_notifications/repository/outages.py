"""Which turn of a service was told last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Repository
from medianest_notifications.models import Outage


class Outages(Repository[Outage]):
    model = Outage

    async def hear(self, monitor_id: UUID, *, told_at: datetime) -> bool:
        """Whether it is later than everything heard so far. Whoever hears of the same monitor meanwhile waits."""
        statement = upsert(Outage).values(monitor_id=monitor_id, told_at=told_at)
        later = statement.on_conflict_do_update(
            index_elements=[Outage.monitor_id],
            set_={"told_at": statement.excluded.told_at},
            where=Outage.told_at < statement.excluded.told_at,
        )
        return (await self.session.execute(later.returning(Outage.monitor_id))).first() is not None

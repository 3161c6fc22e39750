"""The pause of the queue, if there is one."""

from datetime import datetime

from sqlalchemy import func, select

from medianest_common.contracts.youtube import FailureCode
from medianest_common.db import Repository
from medianest_youtube.models import QueuePause


class Pauses(Repository[QueuePause]):
    model = QueuePause

    async def open(self) -> QueuePause | None:
        """That has not been ended, even if its time is over: then one download may try whether it is better."""
        return await self.one(QueuePause.ended_at.is_(None))

    async def last_end(self, code: FailureCode) -> datetime | None:
        statement = select(func.max(QueuePause.ended_at)).where(QueuePause.code == code)
        return (await self.session.execute(statement)).scalar_one()

"""What systems complain of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.health.webhooks import WebhookSource
from medianest_common.db import Repository
from medianest_health.models import Complaint, ComplaintRound


class Complaints(Repository[Complaint]):
    model = Complaint

    async def of(self, complaint_round: ComplaintRound, *, kind: str | None = None) -> Sequence[Complaint]:
        statement = self.select().where(
            Complaint.source == complaint_round.source, Complaint.instance == complaint_round.instance
        )
        if kind is not None:
            statement = statement.where(Complaint.kind == kind)
        return (await self.session.scalars(statement.order_by(Complaint.since, Complaint.kind))).all()

    async def holds(self, source: WebhookSource, instance: str, kind: str) -> bool:
        is_it = (Complaint.source == source.value, Complaint.instance == instance, Complaint.kind == kind)
        return await self.count(*is_it) > 0

    async def forget_all_of(self, complaint_round: ComplaintRound) -> None:
        await self.delete(
            Complaint.source == complaint_round.source, Complaint.instance == complaint_round.instance
        )


class ComplaintRounds(Repository[ComplaintRound]):
    model = ComplaintRound

    async def join(
        self, source: WebhookSource, instance: str, *, at: datetime, due_at: datetime
    ) -> ComplaintRound:
        """The system's, made if there is none, and locked."""
        new = {"source": source.value, "instance": instance}
        statement = upsert(ComplaintRound).values(**new, opened_at=at, due_at=due_at, restless=False)
        while True:
            await self.session.execute(statement.on_conflict_do_nothing())
            # None where whoever we waited for has taken it away.
            if (found := await self.get((source.value, instance), lock=True)) is not None:
                return found

    async def due(self, *, now: datetime) -> ComplaintRound | None:
        """One for which the time has come, locked."""
        statement = (
            select(ComplaintRound)
            .where(ComplaintRound.due_at <= now)
            .order_by(ComplaintRound.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def forget(self, *, before: datetime) -> None:
        """Those that are over."""
        await self.delete(ComplaintRound.ended_at < before)

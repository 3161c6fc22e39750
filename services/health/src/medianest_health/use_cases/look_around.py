"""Look again at once at what has come into other surroundings: maintenance began or is over, or what it depends on went
down or came back. The look itself then says how it stands and tells what there is to tell. What is looked at no more is
over."""

from uuid import UUID

from sqlalchemy import or_, select

from medianest_health.app import HealthApp
from medianest_health.models import Dependency, Monitor, Standing
from medianest_health.repository import History
from medianest_health.repository.maintenances import Maintenances
from medianest_health.repository.schedules import Schedules
from medianest_health.states import Judgement, judge_again, judgement_of
from medianest_health.surroundings import Surroundings
from medianest_health.use_cases.end_unwatched import end_unwatched


async def look_around(app: HealthApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await end_unwatched(tx, now=now)
        await History(tx.session).end_unwatched(now=now)
        await Maintenances(tx.session).move_on(now=now)
    due: set[UUID] = set()
    async with app.db.transaction() as tx:
        statement = select(Standing).join(Monitor, Monitor.id == Standing.monitor_id)
        watched = statement.where(Monitor.enabled, ~Monitor.paused)
        ids = (await tx.session.scalars(watched.with_only_columns(Standing.monitor_id))).all()
        surroundings = await Surroundings.of(tx.session, ids, at=now)
        bound = select(Dependency.monitor_id)
        affected = or_(
            Standing.monitor_id.in_(list(surroundings.maintained)),
            Standing.maintenance_until.is_not(None),
            Standing.monitor_id.in_(bound),
            Standing.blocked_by.is_not(None),
        )
        for standing in (await tx.session.scalars(watched.where(affected))).all():
            before = judgement_of(standing)
            if before is None:
                continue
            around = surroundings.around(standing.monitor_id, before=before, at=now)
            after = judge_again(before, around=around, at=now)
            if _shown(after) != _shown(before):
                due.add(standing.monitor_id)
            elif before.is_in_doubt:
                due |= surroundings.unseen(standing.monitor_id, before, at=now)
        await Schedules(tx.session).look_now(due, now=now)


def _shown(judgement: Judgement) -> tuple[object, ...]:
    return judgement.state, judgement.blocked_by, judgement.maintenance_until

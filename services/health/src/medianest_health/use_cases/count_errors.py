"""How many different errors of browsers there are."""

from datetime import timedelta

from sqlalchemy import func, select

from medianest_common.contracts.health.errors import ErrorCounts
from medianest_health.app import HealthApp
from medianest_health.models import ErrorGroup

_DAY = timedelta(days=1)


async def count_errors(app: HealthApp) -> ErrorCounts:
    is_open = ErrorGroup.resolved_at.is_(None)
    lately = ErrorGroup.last_seen_at > app.clock.now() - _DAY
    statement = select(
        func.count().filter(is_open),
        func.count().filter(~is_open),
        func.count().filter(is_open & lately),
    ).select_from(ErrorGroup)
    async with app.db.read() as connection:
        still, resolved, in_day = (await connection.execute(statement)).one()
    return ErrorCounts(open=still, resolved=resolved, seen_in_day=in_day)

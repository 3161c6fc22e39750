from prometheus_client import Counter

from medianest_common.contracts.health.errors import ReportError
from medianest_health.app import HealthApp
from medianest_health.reported import read
from medianest_health.repository.error_groups import ErrorGroups

REPORTED = Counter("medianest_reported_errors", "Errors that browsers have reported.")


async def report_error(app: HealthApp, command: ReportError) -> None:
    """Who reports is not written down."""
    reported = read(command.body, user_agent=command.user_agent)
    async with app.db.transaction() as tx:
        await ErrorGroups(tx.session).count_one(reported, at=app.clock.now())
    REPORTED.inc()

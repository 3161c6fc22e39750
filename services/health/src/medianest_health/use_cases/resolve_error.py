from uuid import UUID

from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.errors import ErrorDetails
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.errors import ErrorGroupNotFound
from medianest_health.repository.error_groups import ErrorGroups


async def resolve_error(app: HealthApp, group_id: UUID) -> ErrorDetails:
    """Until it is seen again."""
    async with app.db.transaction() as tx:
        row = await ErrorGroups(tx.session).resolve(group_id, at=app.clock.now())
        if row is None:
            raise ErrorGroupNotFound
        internals_decided(tx, InternalsDecision.REPORTED_ERROR_RESOLVE, f"reported_error:{group_id}")
    return ErrorDetails(**row)

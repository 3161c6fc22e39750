from uuid import UUID

from medianest_common.contracts.health.decided import InternalsDecision
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.errors import ErrorGroupNotFound
from medianest_health.models import ErrorGroup
from medianest_health.repository.error_groups import ErrorGroups


async def delete_error(app: HealthApp, group_id: UUID) -> None:
    async with app.db.transaction() as tx:
        if not await ErrorGroups(tx.session).delete(ErrorGroup.id == group_id):
            raise ErrorGroupNotFound
        internals_decided(tx, InternalsDecision.REPORTED_ERROR_DELETE, f"reported_error:{group_id}")

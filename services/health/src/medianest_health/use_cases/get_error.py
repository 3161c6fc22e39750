from uuid import UUID

from medianest_common.contracts.health.errors import ErrorDetails
from medianest_health.app import HealthApp
from medianest_health.errors import ErrorGroupNotFound
from medianest_health.repository.error_groups import one_error


async def get_error(app: HealthApp, group_id: UUID) -> ErrorDetails:
    async with app.db.read() as connection:
        row = await one_error(connection, group_id)
    if row is None:
        raise ErrorGroupNotFound
    return ErrorDetails(**row)

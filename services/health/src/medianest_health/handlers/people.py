from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.health import UserDataErased
from medianest_common.db import Transaction
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers


@handlers.on(UserDeleted)
async def somebody_left(event: UserDeleted, app: HealthApp, tx: Transaction) -> None:
    tx.emit(UserDataErased(user_id=event.user_id, removed={}))

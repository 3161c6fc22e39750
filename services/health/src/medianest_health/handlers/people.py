from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.health import ExportUserData
from medianest_common.contracts.personal import PersonalData
from medianest_common.db import Transaction
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.personal import erase_person, export_person


@handlers.rpc
async def on_export(query: ExportUserData, app: HealthApp) -> PersonalData:
    return await export_person(app, query)


@handlers.on(UserDeleted)
async def somebody_left(event: UserDeleted, app: HealthApp, tx: Transaction) -> None:
    await erase_person(tx, event.user_id)

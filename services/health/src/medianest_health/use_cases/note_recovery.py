from medianest_common.contracts.health.inside import Recovery
from medianest_health.app import HealthApp
from medianest_health.repository.recoveries import RecoveryLog


async def note_recovery(app: HealthApp, told: Recovery) -> None:
    async with app.db.transaction() as tx:
        await RecoveryLog(tx.session).note(told)

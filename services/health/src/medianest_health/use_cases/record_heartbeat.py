from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health.managing import Heartbeat, RecordHeartbeat
from medianest_health.app import HealthApp
from medianest_health.errors import PushTokenUnknown
from medianest_health.models import Monitor
from medianest_health.push_tokens import hash_of
from medianest_health.repository.schedules import Schedules


async def record_heartbeat(app: HealthApp, command: RecordHeartbeat) -> Nothing:
    """Written down at once, whoever looks at monitors, and then looked at. Also of one that is paused, so that it is
    not overdue once it is resumed."""
    try:
        async with app.db.transaction() as tx:
            known = select(Monitor.id).where(Monitor.push_token_hash == hash_of(command.token))
            monitor_id = (await tx.session.execute(known)).scalar_one_or_none()
            if monitor_id is None:
                raise PushTokenUnknown()
            now = app.clock.now()
            await Schedules(tx.session).hear(
                monitor_id,
                ok=command.status is Heartbeat.UP,
                message=command.message,
                latency_ms=command.latency_ms,
                at=now,
                now=now,
            )
    except IntegrityError:
        raise PushTokenUnknown() from None  # Deleted at this very moment.
    return Nothing()

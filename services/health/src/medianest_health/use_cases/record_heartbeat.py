from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health.managing import Heartbeat, RecordHeartbeat
from medianest_common.db import Transaction
from medianest_health.app import HealthApp
from medianest_health.errors import PushTokenUnknown
from medianest_health.models import Monitor, Schedule
from medianest_health.push_tokens import hash_of


async def record_heartbeat(app: HealthApp, command: RecordHeartbeat) -> Nothing:
    """Written down at once, whoever looks at monitors, and then looked at. Also of one that is paused, so that it is
    not overdue once it is resumed."""
    try:
        async with app.db.transaction() as tx:
            known = select(Monitor.id).where(Monitor.push_token_hash == hash_of(command.token))
            monitor_id = (await tx.session.execute(known)).scalar_one_or_none()
            if monitor_id is None:
                raise PushTokenUnknown()
            await _write(tx, monitor_id, command, now=app.clock.now())
    except IntegrityError:
        raise PushTokenUnknown() from None  # Deleted at this very moment.
    return Nothing()


async def _write(tx: Transaction, monitor_id: UUID, command: RecordHeartbeat, *, now: datetime) -> None:
    heard = {
        "heartbeat_at": now,
        "heartbeat_ok": command.status is Heartbeat.UP,
        "heartbeat_message": command.message,
        "heartbeat_ms": command.latency_ms,
        "due_at": now,
    }
    statement = upsert(Schedule).values(monitor_id=monitor_id, **heard)
    await tx.session.execute(
        statement.on_conflict_do_update(index_elements=[Schedule.monitor_id], set_=heard)
    )

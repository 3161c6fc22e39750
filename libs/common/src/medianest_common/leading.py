"""What only one replica of a service does: publish the outbox, run the clock jobs, forget old inbox rows."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from medianest_common import tracing
from medianest_common.bus.context import Context, use
from medianest_common.bus.handlers import TimerSpec
from medianest_common.clock import uuid7
from medianest_common.db.database import Database
from medianest_common.db.relay import Relay
from medianest_common.service import Service
from medianest_common.swapping import holding

log = structlog.get_logger()

_NEXT_TIMER_SECONDS = 0.2
"""How long the first run of one clock job may hold up that of the next."""
_TRACED_SECONDS = 15
_FORGET_CLAIMS = "delete from inbox where claimed_at < now() - interval '8 days'"
"""A day longer than events live on their streams."""


async def lead(
    service: Service, connection: asyncpg.Connection, *, relay: Relay, app: Any, database: Database
) -> None:
    """For as long as the lock is held that `connection` holds."""

    async def forget_claims(_: Any) -> None:
        async with database.engine.begin() as fresh:
            await fresh.exec_driver_sql(_FORGET_CLAIMS)

    timers = [*service.handlers.timers, TimerSpec(name="forget_claims", seconds=3600, run=forget_claims)]
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.run(connection))
        for timer in timers:
            tried = asyncio.Event()
            group.create_task(_every(timer, app, tried=tried))
            # One after the other, so that the first round needs one connection to the database and not ten.
            with suppress(TimeoutError):
                await asyncio.wait_for(tried.wait(), _NEXT_TIMER_SECONDS)


async def _every(timer: TimerSpec, app: Any, *, tried: asyncio.Event) -> None:
    while True:
        context = Context(correlation_id=str(uuid7()))
        # Whoever looks every second finds nothing most of the time, and would fill the collector with it.
        traced = timer.seconds >= _TRACED_SECONDS
        with tracing.entering(context, f"timer {timer.name}", "internal") if traced else use(context):
            try:
                async with asyncio.timeout(max(timer.seconds, 60)):
                    with holding(app) as present:
                        await timer.run(present)
            except Exception as error:
                tracing.failed(type(error).__name__)
                log.exception("timer_failed", timer=timer.name)
        tried.set()
        await asyncio.sleep(timer.seconds)

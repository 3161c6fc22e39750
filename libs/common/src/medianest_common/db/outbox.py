"""How much waits in a service's outbox, for whoever looks after the queues."""

import asyncio

import structlog
from nats.aio.msg import Msg
from sqlalchemy import text

from medianest_common.bus.rpc import Answer, Reply
from medianest_common.contracts.platform import Outbox, OutboxReport
from medianest_common.db.database import Database

log = structlog.get_logger()

_MOST = 100_000
_SECONDS = 1.0
_COUNT = text(f"""
    select count(*) filter (where not_before <= now()) as due,
           count(*) filter (where not_before > now()) as scheduled,
           coalesce(extract(epoch from now() - min(not_before) filter (where not_before <= now())), 0)::float
               as oldest_seconds
      from (select not_before from outbox order by seq limit {_MOST}) rows
""")  # noqa: S608


def outbox_endpoint(database: Database | None, *, service: str) -> Answer:
    async def outbox(_: Msg) -> Reply:
        return Reply((await _report(database, service=service)).model_dump_json().encode())

    return outbox


async def _report(database: Database | None, *, service: str) -> OutboxReport:
    if database is None:
        return OutboxReport(service=service, is_known=True)
    try:
        async with asyncio.timeout(_SECONDS), database.read() as connection:
            row = (await connection.execute(_COUNT)).mappings().one()
    except Exception as error:
        log.info("outbox_not_counted", error=type(error).__name__)
        return OutboxReport(service=service, is_known=False)
    return OutboxReport(service=service, is_known=True, outbox=Outbox(service=service, **row))

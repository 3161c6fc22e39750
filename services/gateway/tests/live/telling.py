"""Making things happen that a stream must show."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import CountNotifications
from services.notifications.tests.household import Person, request_event


async def tell(household: Sandbox, person: Caller, *, times: int = 1) -> None:
    """Returns when the inbox has them."""
    reader = Person(household, person.name, id=person.user_id)
    before = (await reader.count()).head
    for _ in range(times):
        await household.emit(request_event(reader, RequestStatus.AVAILABLE, version=1))

    async def arrived() -> bool:
        count = await reader.ask(CountNotifications())
        return bool(count.head == before + times)

    await eventually(arrived)


async def epoch_of(household: Sandbox, person: Caller) -> str:
    replay = await Person(household, person.name, id=person.user_id).replay(None, None)
    return replay.epoch


async def write_unseen(household: Sandbox, user_id: UUID, first: int, last: int) -> None:
    """Entries whose push never happens, as when the service is killed right after the commit."""
    dsn = make_url(household.settings["database_url"]).set(drivername="postgresql")
    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=5)
    try:
        async with connection.transaction():
            await connection.execute(
                """
                insert into notifications.entries (id, user_id, seq, dedupe_key, type, title, body, data, created_at)
                select gen_random_uuid(), $1, n, gen_random_uuid(), 'request.available', 't', 'b', '{}', now()
                from generate_series($2::bigint, $3::bigint) as n
                """,
                user_id,
                first,
                last,
            )
            await connection.execute(
                "update notifications.heads set head = $2, unread = unread + $2 - head where user_id = $1",
                user_id,
                last,
            )
    finally:
        await connection.close(timeout=5)


def at_work() -> list[str]:
    """What still runs for streams, of ours and of the server's."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith("Connection._") or name.endswith(".run_asgi")]


async def true(value: Any) -> bool:
    """For `eventually`, where what is waited for is plain to see."""
    return bool(value)

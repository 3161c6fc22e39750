"""Work under way that carries something sealed, such as a letter: it lies on the bus and not in a column."""

from collections.abc import AsyncIterator, Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from medianest.errors import SetupError
from medianest.operator_bus import operator_connection
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from medianest_common.db.database import Database

_TIMEOUT = 5.0


async def sealed_work_waiting(
    settings: Settings, databases: "Iterable[Database]", *, keys: Collection[str]
) -> int:
    """How many messages, in outboxes and on the bus, carry something that was sealed under one of these keys."""
    import nats.errors

    from medianest_common.security.encryption import mark_of

    marks = [mark_of(key_id) for key_id in keys]
    count = 0
    for db in databases:
        outbox = db.metadata.tables["outbox"]
        carries = or_(*(func.strpos(outbox.c.body, mark) > 0 for mark in marks))
        async with db.read() as connection:
            statement = select(func.count()).select_from(outbox).where(carries)
            count += int((await connection.execute(statement)).scalar_one())
    try:
        async with operator_connection(settings) as client:
            async for body in _work(client.jetstream(timeout=_TIMEOUT)):
                count += any(mark.encode() in body for mark in marks)
    except (nats.errors.Error, OSError) as error:
        raise SetupError(f"NATS does not answer ({type(error).__name__}). Run this again later.") from None
    return count


async def _work(js: "JetStreamContext") -> AsyncIterator[bytes]:
    """All that waits: work that is done is removed from its stream."""
    from nats.js.errors import NotFoundError

    from medianest_common.bus.topology import job_stream
    from medianest_common.lifecycle import SERVICES

    for service in SERVICES:
        sequence = 1
        while True:
            try:
                found = await js.get_msg(job_stream(service), seq=sequence, subject=">", next=True)
            except NotFoundError:
                break
            yield found.data or b""
            sequence = (found.seq or sequence) + 1

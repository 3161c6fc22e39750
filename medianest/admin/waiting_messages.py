"""Letters on their way: the one thing that is sealed and lies on the bus instead of in a column."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from medianest.errors import SetupError

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from medianest_common.db.database import Database

_TIMEOUT = 5.0


async def letters_waiting(nats_url: str, databases: "Iterable[Database]", *, mark: str) -> int:
    """How many that are still worth sending were sealed under another key than the one with this mark."""
    import nats
    import nats.errors

    from medianest_common.contracts.notifications import SendMail

    count = 0
    for db in databases:
        outbox = db.metadata.tables["outbox"]
        statement = (
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.subject == SendMail.subject, func.strpos(outbox.c.body, mark) == 0)
        )
        async with db.read() as connection:
            count += int((await connection.execute(statement)).scalar_one())
    try:
        client = await nats.connect(nats_url, connect_timeout=5, allow_reconnect=False)
        try:
            return count + await _on_the_bus(client.jetstream(timeout=_TIMEOUT), mark=mark)
        finally:
            await client.close()
    except (nats.errors.Error, OSError) as error:
        raise SetupError(f"NATS does not answer ({type(error).__name__}). Run this again later.") from None


async def _on_the_bus(js: "JetStreamContext", *, mark: str) -> int:
    from nats.js.errors import NotFoundError

    from medianest_common.bus.topology import job_stream
    from medianest_common.clock import SystemClock
    from medianest_common.contracts.notifications import SendMail

    count, sequence = 0, 1
    while True:
        try:
            # Work that is done is removed from its stream, so this is what waits.
            found = await js.get_msg(
                job_stream(SendMail.service), seq=sequence, subject=SendMail.subject, next=True
            )
        except NotFoundError:
            return count
        job = SendMail.model_validate_json(found.data or b"")
        count += not job.sealed.startswith(mark) and job.expires_at > SystemClock().now()
        sequence = (found.seq or sequence) + 1

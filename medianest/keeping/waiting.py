"""What waits on the bus, as lines of a backup, and as rows of the outboxes that it is restored to.

So nothing has to be put on a bus again by hand: when the services start, their relays publish it.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medianest.keeping.tables import Snapshot
from medianest_common.bus.wire import EVENT_ID, HANDLER, MSG_ID, ONLY, TOLD
from medianest_common.clock import uuid7

if TYPE_CHECKING:
    from medianest_common.bus.waiting import Stored, WaitingWork

_LETTERS_OF = "health"
"""It keeps the list of the dead letters."""
_SENDS_ANYTHING = "health"
"""It gives dead letters to their handlers again, so it may publish what others have said."""


async def lines_of(
    snapshot: Snapshot, work: "WaitingWork", last: dict[str, int]
) -> AsyncIterator[dict[str, Any]]:
    """`outbox` says whose; `headers` are those to publish it with."""
    for job in work.jobs:
        yield _line(job) | {"outbox": _SENDS_ANYTHING}
    for reader in work.readers:
        if reader.service not in snapshot.urls:
            continue
        unheard = await work.unheard(reader, up_to=last)
        # What is for another one alone it passes over, and does not note.
        events = [e for e in unheard if _id(e) and e.headers.get(ONLY, reader.durable) == reader.durable]
        heard = await snapshot.claimed(
            reader.service, reader.durable, {known for event in events if (known := _id(event))}
        )
        for event in events:
            if _id(event) not in heard:
                yield _line(event, only=reader.durable) | {"outbox": _SENDS_ANYTHING}
    async for line in _letters(snapshot, work):
        yield line


async def _letters(snapshot: Snapshot, work: "WaitingWork") -> AsyncIterator[dict[str, Any]]:
    """Found before the snapshot: one that is settled since is taken off the bus, and waits in the snapshot."""
    letters = work.dead_letters
    if not letters or _LETTERS_OF not in snapshot.urls:
        return
    async with snapshot.reading(_LETTERS_OF) as connection:
        rows = await connection.fetch(
            "select seq, state from dead_letters where seq = any($1::bigint[])",
            [letter.seq for letter in letters],
        )
    states = {row["seq"]: row["state"] for row in rows}
    for letter in letters:
        owner = letter.headers.get(HANDLER, "").partition("__")[0]
        if states.get(letter.seq, "waiting") != "waiting" or owner not in snapshot.urls:
            continue
        told = {TOLD: "1"} if letter.seq in states else {}
        line = _line(letter)
        yield line | {"headers": line["headers"] | told, "outbox": owner}


def _line(stored: "Stored", *, only: str | None = None) -> dict[str, Any]:
    headers = dict(stored.headers)
    if only is not None:
        # The server takes one message under one id, and this one goes to each reader by itself.
        headers |= {ONLY: only, MSG_ID: f"{headers.get(EVENT_ID, stored.seq)}-{only}"}
    return {"subject": stored.subject, "headers": headers, "body": stored.body.decode(errors="replace")}


def rows_for(service: str, lines: bytes) -> Iterator[tuple[UUID, str, str, str]]:
    """Of this service's outbox: id, subject, headers, body."""
    for text in lines.decode().splitlines():
        line = json.loads(text)
        if line["outbox"] == service:
            body = line["body"].replace("\x00", "")
            yield uuid7(), line["subject"], json.dumps(line["headers"]), body


def _id(event: "Stored") -> UUID | None:
    try:
        return UUID(event.headers.get(EVENT_ID, ""))
    except ValueError:
        return None

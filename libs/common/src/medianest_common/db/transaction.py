"""What happens in one commit: rows, and what is told and to be done because of them."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Interval, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from medianest_common.bus.context import CAUSATION, Context, current, use
from medianest_common.bus.wire import EVENT_ID, MSG_ID, header_value
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.base import Event, Job, Message, rfc3339

log = structlog.get_logger()

_STORED: dict[str, TypeEngine[Any]] = {
    "id": Uuid(),
    "subject": Text(),
    "headers": Text(),
    "body": Text(),
    "delay": Interval(),
}
# One statement for any number of messages. By the database's clock, which is also the one that the relay compares with.
STORE = text("""
    insert into outbox (id, subject, headers, body, not_before)
    select id, subject, headers::jsonb, body, now() + delay
      from unnest(:told_id, :told_subject, :told_headers, :told_body, :told_delay)
           with ordinality as told(id, subject, headers, body, delay, place)
     order by place
""").bindparams(*(bindparam(f"told_{name}", type_=ARRAY(kind)) for name, kind in _STORED.items()))
"""With what `Transaction.to_store` returns; by itself at the end of a transaction, or in a statement before."""


# In one order, so that two that are given the same events never wait for each other crosswise.
_CLAIM = text("""
    insert into inbox (consumer, event_id) select :consumer, id from unnest(:ids) as heard (id) order by id
    on conflict do nothing returning event_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))


class Transaction:
    """A session whose events and jobs are stored in the same commit as its rows."""

    def __init__(self, session: AsyncSession, *, service: str, clock: Clock) -> None:
        self.session = session
        self._service = service
        self._clock = clock
        self.pending: list[dict[str, Any]] = []
        self.tells = False
        """Whether something is in the outbox because of it."""
        self._afterwards: list[tuple[Context, Callable[[], Awaitable[None]]]] = []

    def emit(self, event: Event) -> UUID:
        """Returns the event's id, which consumers use to do things once."""
        if event.service != self._service:
            raise TypeError(f"{self._service} must not speak for {event.service}")
        now = self._clock.now()
        return self._add(
            event,
            attributes={
                "ce-specversion": "1.0",
                "ce-type": event.type,
                "ce-source": f"/medianest/{self._service}",
                "ce-time": rfc3339(now),
            },
        )

    def enqueue(self, job: Job, *, delay: timedelta = timedelta()) -> UUID:
        return self._add(job, delay=delay, attributes={})

    def resend(self, *, subject: str, headers: Mapping[str, str], body: str) -> UUID:
        """What another service had told or asked, once more and under a new id: for dead letters alone."""
        message_id = uuid7()
        kept = {name: header_value(value) for name, value in headers.items()}
        self.pending.append(
            {
                "id": message_id,
                "subject": subject,
                "headers": json.dumps({EVENT_ID: str(message_id)} | kept | {MSG_ID: str(message_id)}),
                "body": body,
                "delay": timedelta(),
            }
        )
        return message_id

    def _add(self, message: Message, *, attributes: dict[str, str], delay: timedelta = timedelta()) -> UUID:
        message_id = uuid7()
        context = current()
        headers = context.trail() | attributes
        if context.causation_id:
            headers[CAUSATION] = context.causation_id
        if context.caller:
            headers["mn-actor"] = str(context.caller.user_id)
        headers[EVENT_ID] = headers[MSG_ID] = str(message_id)
        self.pending.append(
            {
                "id": message_id,
                "subject": message.subject,
                "headers": json.dumps({name: header_value(value) for name, value in headers.items()}),
                "body": message.model_dump_json(),
                "delay": delay,
            }
        )
        return message_id

    def to_store(self) -> dict[str, list[Any]]:
        """What was emitted and enqueued until now, for whoever gives it to the database in a statement with `STORE`."""
        rows, self.pending = self.pending, []
        self.tells = self.tells or bool(rows)
        return {f"told_{name}": [row[name] for row in rows] for name in _STORED}

    def after_commit(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run this once the commit has succeeded, in the order of asking and in the context of who asked; what must not
        be lost is emitted instead.

        A failure is logged and changes nothing: the rows are there, whatever became of telling about them.
        """
        self._afterwards.append((current(), run))

    async def committed(self) -> None:
        for context, run in self._afterwards:
            with use(context):
                try:
                    await run()
                except Exception:
                    log.exception("after_commit_failed", service=self._service)

    async def claim(self, consumer: str, event_id: UUID) -> bool:
        """Whether this event is new to this consumer. Waits for a rival transaction, so only one sees True."""
        return bool(await self.claim_each(consumer, [event_id]))

    async def claim_each(self, consumer: str, event_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of them that are new to this consumer."""
        claimed = await self.session.scalars(_CLAIM, {"consumer": consumer, "ids": list(event_ids)})
        return set(claimed)

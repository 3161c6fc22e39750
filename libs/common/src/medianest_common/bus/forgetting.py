"""Events are kept for days after they were heard. Those that speak of somebody who has left are taken off the bus."""

import math
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from medianest_common.bus.topology import DEAD_LETTERS, event_stream
from medianest_common.errors import Unavailable


async def forget_events(
    js: JetStreamContext, *, service: str, user_id: UUID, subjects: Sequence[str] = ()
) -> None:
    """Takes the service's own events that name this person off its stream; the server overwrites them on disk.

    `subjects` are those in which people are named, where most of the stream is about something else.
    Raises `Unavailable` while somebody has still to hear one of them: try again later.
    """
    stream = event_stream(service)
    try:
        heard = await _heard_up_to(js, stream)
        waits = False
        for subject in subjects or [f"evt.{service}.>"]:
            async for message in _naming(js, stream, subject, user_id):
                if (message.seq or 0) <= heard.get(message.subject or "", math.inf):
                    await js.delete_msg(stream, message.seq or 0)
                else:
                    waits = True
    except (nats.errors.Error, APIError, OSError) as error:
        raise Unavailable("The message bus is not reachable.", retry_after=2) from error
    if waits:
        raise Unavailable("Somebody has still to hear of this person.", retry_after=10)


async def forget_dead_letters(js: JetStreamContext, *, user_id: UUID) -> None:
    try:
        async for message in _naming(js, DEAD_LETTERS, "dlq.>", user_id):
            await js.delete_msg(DEAD_LETTERS, message.seq or 0)
    except (nats.errors.Error, APIError, OSError) as error:
        raise Unavailable("The message bus is not reachable.", retry_after=2) from error


async def _naming(
    js: JetStreamContext, stream: str, subject: str, user_id: UUID
) -> AsyncIterator[RawStreamMsg]:
    marks = (str(user_id).encode(), user_id.hex.encode())
    seq = 1
    while True:
        try:
            message = await js.get_msg(stream, seq=seq, subject=subject, next=True)
        except NotFoundError:
            return
        seq = (message.seq or seq) + 1
        if message.data and any(mark in message.data for mark in marks):
            yield message


async def _heard_up_to(js: JetStreamContext, stream: str) -> dict[str, float]:
    """By subject, for those whose listeners have not heard everything."""
    heard: dict[str, float] = {}
    for consumer in await js.consumers_info(stream):
        subject = consumer.config.filter_subject or ""
        if consumer.num_pending or consumer.num_ack_pending:
            reached = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
            heard[subject] = min(reached, heard.get(subject, math.inf))
    return heard

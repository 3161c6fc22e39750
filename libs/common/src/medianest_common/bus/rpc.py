"""Answering questions.

On bare nats-py subscriptions and not through FastStream: a question and its answer are the hottest path of the suite,
and FastStream's part in it costs more than all the rest (docs/decisions/0002-rpc-on-bare-nats.md).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic import TypeAdapter, ValidationError

from medianest_common import tracing
from medianest_common.bus import metrics
from medianest_common.bus.context import Context
from medianest_common.bus.handlers import RPC_CONCURRENCY, Raw, RpcSpec, answer_type
from medianest_common.bus.retry import is_outage, is_too_slow
from medianest_common.bus.wire import CONTENT_TYPE, SERVICE_ERROR, SERVICE_ERROR_CODE, is_astray
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.base import Query
from medianest_common.errors import FieldError, Invalid, MediaNestError, TimedOut, Unavailable
from medianest_common.swapping import holding

log = structlog.get_logger()

_DRAIN_SECONDS = 2.0


class Reply(NamedTuple):
    """No headers means JSON; they cost time on both sides."""

    body: bytes
    headers: dict[str, str] | None = None


type Answer = Callable[[Msg], Awaitable[Reply]]


class InternalError(MediaNestError):
    code = "INTERNAL"


class RpcServer:
    """A subject is shared by all replicas of the service, so a question reaches one of them; or asked of `each`."""

    def __init__(self, client: Client, *, service: str) -> None:
        self._client = client
        self._service = service
        self._subscriptions: list[Subscription] = []
        self._running: set[asyncio.Task[None]] = set()

    async def serve(
        self, subject: str, answer: Answer, *, concurrency: int = RPC_CONCURRENCY, each: bool = False
    ) -> None:
        places = asyncio.Semaphore(concurrency)

        async def work(question: Msg) -> None:
            try:
                reply = await answer(question)
                if question.reply:
                    await self._client.publish(question.reply, reply.body, headers=reply.headers)
            except nats.errors.MaxPayloadError:
                log.error("answer_too_large", subject=subject)
                reply = _failure(InternalError("The answer is too large."))
                await self._client.publish(question.reply, reply.body, headers=reply.headers)
            except (nats.errors.Error, OSError) as error:
                log.warning("answer_not_sent", subject=subject, error=type(error).__name__)
            finally:
                places.release()

        async def arrived(question: Msg) -> None:
            if is_astray(question.subject, heard_on=subject):
                log.error("question_astray", subject=subject, stored_as=question.subject)
                return
            await places.acquire()
            # Started at once and not in the next turn of the loop: most answers are there before it would come.
            task = asyncio.Task(work(question), loop=asyncio.get_running_loop(), eager_start=True)
            if not task.done():
                self._running.add(task)
                task.add_done_callback(self._running.discard)

        self._subscriptions.append(
            await self._client.subscribe(subject, queue="" if each else self._service, cb=arrived)
        )

    async def stop(self) -> None:
        """Take no more questions and finish those that were taken."""
        for subscription in self._subscriptions:
            try:
                await asyncio.wait_for(subscription.drain(), _DRAIN_SECONDS)  # type: ignore[no-untyped-call]
            except (nats.errors.Error, TimeoutError, OSError):
                log.debug("drain_failed", subject=subscription.subject)
        if self._running:
            await asyncio.wait(self._running, timeout=_DRAIN_SECONDS)


def answering(spec: RpcSpec, *, app: Any, clock: Clock) -> Answer:
    """Read the question, run the handler in the asker's context, and turn whatever comes of it into an answer."""
    message_type = spec.message
    decode = TypeAdapter(message_type).validate_json
    encode = TypeAdapter(answer_type(message_type)).dump_json
    cancels = issubclass(message_type, Query)
    # What was only looked up is told of by whoever asked.
    level = logging.DEBUG if cancels else logging.INFO
    observe = metrics.Observer("rpc", message_type.subject, says="question_answered", level=level)
    run = spec.run
    subject = message_type.subject
    attributes = {"rpc.system": "nats", "rpc.method": subject}

    async def answer(question: Msg) -> Reply:
        unreadable: Exception | None = None
        try:
            context = Context.from_headers(question.headers or {})
        except ValueError as error:
            context, unreadable = Context(str(uuid7())), error
        with tracing.entering(context, subject, "server", attributes), observe() as outcome:
            try:
                if unreadable is not None:
                    raise unreadable
                remaining = _seconds_left(context, clock)
                message = decode(question.data)
                with holding(app) as present:
                    # A command may have had its effect already when the time is up: only queries are cut short.
                    if cancels and remaining is not None:
                        async with asyncio.timeout(remaining):
                            result = await run(message, present)
                    else:
                        result = await run(message, present)
            except Exception as error:
                failure = _as_answer(error, subject=subject)
                outcome(failure.code)
                tracing.failed(failure.code, is_ours=failure.status >= 500)
                return _failure(failure)
        if isinstance(result, Raw):
            headers = (
                None if result.content_type == "application/json" else {CONTENT_TYPE: result.content_type}
            )
            return Reply(result.body, headers)
        return Reply(encode(result))

    return answer


def _seconds_left(context: Context, clock: Clock) -> float | None:
    if context.deadline is None:
        return None
    remaining = (context.deadline - clock.now()).total_seconds()
    if remaining <= 0:
        raise TimedOut("The asker had stopped waiting before the work began.")
    return remaining


def _as_answer(error: Exception, *, subject: str) -> MediaNestError:
    if isinstance(error, MediaNestError):
        return error
    if isinstance(error, ValidationError):
        fields = [
            FieldError(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors(include_input=False)
        ]
        return Invalid("The message does not fit its contract.", errors=fields)
    if is_too_slow(error):
        log.warning("rpc_database_slow", subject=subject, error=type(error).__name__)
        return TimedOut("The database took too long over this. Try again in a moment.")
    if is_outage(error):
        log.warning("rpc_dependency_down", subject=subject, error=type(error).__name__)
        return Unavailable(
            "A part this needs is not available right now. Try again in a moment.", retry_after=2
        )
    log.error("rpc_failed", subject=subject, exc_info=error)
    return InternalError("Something went wrong on our side.")


def _failure(error: MediaNestError) -> Reply:
    headers = {SERVICE_ERROR_CODE: str(int(error.status)), SERVICE_ERROR: error.code}
    return Reply(json.dumps(error.problem()).encode(), headers)

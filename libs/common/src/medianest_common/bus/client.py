"""Asking other services, and the three ways to put bytes on the bus."""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError
from pydantic import TypeAdapter

from medianest_common import tracing
from medianest_common.bus.asking import Answers, require_stored
from medianest_common.bus.context import current, deadline_in, present
from medianest_common.bus.handlers import answer_type
from medianest_common.bus.mending import mend
from medianest_common.bus.violations import Violations
from medianest_common.bus.wire import CONTENT_TYPE, EVENT_ID, MSG_ID, SERVICE_ERROR_CODE
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.base import Event, Job, Message, Rpc, rfc3339
from medianest_common.errors import PayloadTooLarge, TimedOut, Unavailable, raise_problem

log = structlog.get_logger()

PUBLISH_TIMEOUT = 5.0
_PING_TIMEOUT = 60
"""By then the client has given the connection up itself."""
_STATUS = "Status"
_NO_RESPONDERS = "503"
_BY_NATS = {"rpc.system": "nats"}
_AWAY = "The message bus is not reachable. Try again in a moment."


def _without_id(subject: str) -> str:
    """For a name of which there are few: people are not named in traces."""
    return "push.user.*" if subject.startswith("push.user.") else subject


@cache
def _answer_adapter(message: type[Message]) -> TypeAdapter[Any]:
    return TypeAdapter(answer_type(message))


class Bus:
    """One service's end of the bus. Every call has a timeout, and the deadline travels with it."""

    def __init__(
        self, client: Client, *, service: str, clock: Clock, violations: Violations | None = None
    ) -> None:
        mend(client)
        self._client = client
        self._violations = violations or Violations(service=service, clock=clock)
        self._answers = Answers(client)
        self._service = service
        self._clock = clock
        self._ping: asyncio.Task[bool] | None = None
        self._ping_through = 0
        self.js: JetStreamContext = client.jetstream(timeout=PUBLISH_TIMEOUT)

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    @property
    def reconnects(self) -> int:
        """How often the connection was lost and found again; whatever was pushed in between is gone."""
        return int(self._client.stats["reconnects"])

    async def is_heard(self, *, timeout: float) -> bool:
        """Whether the server answers at this moment. A connection that is open may be dead all the same."""
        if not self._client.is_connected:
            return False
        if self._ping is None or self._ping.done() or self._ping_through != self.reconnects:
            if self._ping is not None:
                self._ping.cancel()
            self._ping, self._ping_through = asyncio.create_task(self._answered()), self.reconnects
        # Given up it would trip the client over its late answer, so it goes on.
        await asyncio.wait({self._ping}, timeout=timeout)
        return self._ping.done() and self._ping.result()

    async def _answered(self) -> bool:
        try:
            await self._client.flush(timeout=_PING_TIMEOUT)
        except (nats.errors.Error, OSError):
            return False
        return True

    async def call[R](self, message: Rpc[R], *, timeout: float = 2.0) -> R:
        """Ask and wait for the answer.

        Raises `Unavailable` when nobody answers this subject, `TimedOut`, or the error the handler answered with.
        """
        body = await self.call_raw(message, timeout=timeout)
        answer: R = _answer_adapter(type(message)).validate_json(body)
        return answer

    async def call_raw(self, message: Rpc[Any], *, timeout: float = 2.0) -> bytes:
        """Like `call`, with the answer as the bytes it came in."""
        return await self.ask(message.subject, message.model_dump_json().encode(), timeout=timeout)

    async def call_bytes(self, message: Rpc[Any], *, timeout: float = 2.0) -> tuple[bytes, str]:
        """The answer with its content type, for what is not JSON."""
        reply = await self._ask(message.subject, message.model_dump_json().encode(), timeout=timeout)
        return reply.data, (reply.headers or {}).get(CONTENT_TYPE, "application/json")

    async def ask(self, subject: str, body: bytes = b"", *, timeout: float) -> bytes:
        return (await self._ask(subject, body, timeout=timeout)).data

    async def _ask(self, subject: str, body: bytes, *, timeout: float) -> Msg:
        service = subject.split(".", 2)[1]
        # While disconnected the client would buffer the call and send it long after the caller gave up.
        if not self._client.is_connected:
            raise Unavailable(_AWAY, retry_after=2)
        now = self._clock.now()
        deadline = deadline_in(timeout, now=now)
        remaining = (deadline - now).total_seconds()
        if remaining <= 0:
            raise TimedOut(f"There was no time left to ask the {service} service.")
        refused = self._violations.so_far
        with tracing.step(subject, "client", _BY_NATS):
            headers = current().headers()
            headers["mn-deadline"] = str(int(deadline.timestamp() * 1000))
            try:
                reply = await self._answers.to(subject, body, timeout=remaining, headers=headers)
            except nats.errors.NoRespondersError:
                raise Unavailable(f"The {service} service is not running.", retry_after=2) from None
            except nats.errors.TimeoutError:
                self._violations.raise_for(subject, since=refused)
                raise TimedOut(f"The {service} service did not answer in time.") from None
            except nats.errors.MaxPayloadError:
                raise PayloadTooLarge("This is more than can be passed on at once.") from None
            except (nats.errors.Error, OSError):
                raise Unavailable(
                    "The message bus is not reachable. Try again in a moment.", retry_after=2
                ) from None
            status = reply.headers.get(SERVICE_ERROR_CODE) if reply.headers else None
            if status is not None:
                raise_problem(int(status), reply.data)
            return reply

    async def ask_each(
        self,
        subjects: Sequence[str],
        body: bytes = b"",
        *,
        timeout: float,
        enough: Callable[[Sequence[bytes]], bool] = lambda _: False,
    ) -> list[bytes]:
        """What all replicas that hear one of `subjects` answer, until that is `enough`, which is asked after each of
        them, or the time is up."""
        if not self._client.is_connected:
            raise Unavailable(_AWAY, retry_after=2)
        answers: list[bytes] = []
        nobody = 0
        over = asyncio.Event()

        async def heard(answer: Msg) -> None:
            nonlocal nobody
            headers = answer.headers or {}
            if headers.get(_STATUS) == _NO_RESPONDERS:
                nobody += 1
                is_over = nobody == len(subjects)
            elif SERVICE_ERROR_CODE in headers:
                return
            else:
                answers.append(answer.data)
                is_over = enough(answers)
            if is_over:
                over.set()

        inbox = self._client.new_inbox()
        headers = current().headers()
        try:
            subscription = await self._client.subscribe(inbox, cb=heard)
            try:
                for subject in subjects:
                    await self._client.publish(subject, body, reply=inbox, headers=headers)
                async with asyncio.timeout(timeout):
                    await over.wait()
            except TimeoutError:
                pass
            finally:
                await subscription.unsubscribe()
        except (nats.errors.Error, OSError):
            raise Unavailable(_AWAY, retry_after=2) from None
        return answers

    async def jetstream(self, call: str, **asked: Any) -> dict[str, Any]:
        """One answer of the server's own interface as it came: the client leaves out much of it.

        Raises `Unavailable`, also where the server knows no such stream or consumer.
        """
        if not self._client.is_connected:
            raise Unavailable(_AWAY, retry_after=2)
        try:
            reply = await self._client.request(
                f"$JS.API.{call}", json.dumps(asked).encode(), timeout=PUBLISH_TIMEOUT
            )
            answer: dict[str, Any] = json.loads(reply.data)
        except (nats.errors.Error, OSError, ValueError) as error:
            raise Unavailable("The message bus did not answer.", retry_after=2) from error
        if "error" in answer:
            raise Unavailable("The message bus cannot answer this.", retry_after=2)
        return answer

    async def publish_live(self, subject: str, body: bytes) -> None:
        """Tell whoever listens now; nothing is kept, and nothing is promised."""
        if not self._client.is_connected:
            return
        try:
            with tracing.step(_without_id(subject), "producer", tracing.ON_NATS):
                context = present()
                headers = context.trail() if context else None
                await self._client.publish(subject, body, headers=headers)
        except (nats.errors.Error, OSError) as error:
            log.debug("live_publish_failed", subject=subject, error=type(error).__name__)

    async def publish_stored(self, subject: str, body: bytes, *, headers: dict[str, str]) -> None:
        """Store on a stream and wait for the server's word. For the outbox relay, dead letters and intake only."""
        # While disconnected the client would keep the message and store it after the caller was told that it failed.
        if not self._client.is_connected:
            raise Unavailable(_AWAY, retry_after=2)
        refused = self._violations.so_far
        try:
            with tracing.sending(subject, headers) as sent:
                answer = await self._answers.to(subject, body, timeout=PUBLISH_TIMEOUT, headers=sent)
                require_stored(answer.data)
        except (nats.errors.Error, APIError, OSError) as error:
            self._violations.raise_for(subject, since=refused)
            raise Unavailable("The message bus did not store the message.", retry_after=2) from error

    async def emit_now(self, event: Event) -> None:
        """Store an event without a database of one's own. Whoever hears it may hear it twice."""
        event_id = str(uuid7())
        headers = current().headers() | {
            EVENT_ID: event_id,
            MSG_ID: event_id,
            "ce-specversion": "1.0",
            "ce-type": event.type,
            "ce-source": f"/medianest/{self._service}",
            "ce-time": rfc3339(self._clock.now()),
        }
        await self.publish_stored(event.subject, event.model_dump_json().encode(), headers=headers)

    async def enqueue_now(self, job: Job, *, job_id: UUID | None = None) -> None:
        """Store a job without a database of one's own; returns once the bus has it on disk. Under the same `job_id`
        within two minutes it is stored once.

        For intake at the gateway. A service with a database uses `Transaction.enqueue`.
        """
        name = str(job_id or uuid7())
        headers = current().headers() | {EVENT_ID: name, MSG_ID: name}
        await self.publish_stored(job.subject, job.model_dump_json().encode(), headers=headers)

"""What stands between a pull loop of FastStream and its subscription."""

import asyncio

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError

_FAILED_FETCH_SECONDS = 0.2


class Pull:
    """Stands between a pull loop of FastStream and its subscription, for three things the loop does not see to.

    It asks again at once when the connection is closed or the consumer is gone, without ever giving way to anything
    else; here each such failure costs a moment instead. It waits for more to come until a batch is full, with those in
    hand that are there already. And it drops what has been delivered when it is stopped.
    """

    def __init__(self, subscription: JetStreamContext.PullSubscription) -> None:
        self._sub = subscription._sub
        self._fetch = subscription.fetch
        self._next = self._sub.next_msg
        self._delivered: list[Msg] = []
        """To us, and not yet to the loop."""
        self._leaving = False
        self._more_is_wanted = False
        subscription.fetch = self._fetching  # type: ignore[method-assign]
        self._sub.next_msg = self._next_message  # type: ignore[method-assign]

    async def hear_no_more(self, client: Client) -> None:
        self._leaving = True
        await client._send_unsubscribe(self._sub._id)

    async def give_back(self) -> None:
        queue, calls = self._sub._pending_queue, self._sub._pending_next_msgs_calls
        waiting = [queue.get_nowait() for _ in range(queue.qsize())]
        while any(call.done() for call in calls.values()):
            await asyncio.sleep(0)
        for message in [*self._delivered, *waiting]:
            if message.reply:
                await message.nak()

    async def _fetching(
        self, batch: int = 1, timeout: float | None = 5, heartbeat: float | None = None
    ) -> list[Msg]:
        if self._more_is_wanted:
            self._more_is_wanted = False
            raise nats.errors.TimeoutError
        if self._leaving:
            await asyncio.Event().wait()
        try:
            messages = await self._fetch(batch, timeout, heartbeat)
        except nats.errors.TimeoutError:
            self._delivered.clear()
            raise
        except (nats.errors.Error, APIError):
            self._delivered.clear()
            await asyncio.sleep(_FAILED_FETCH_SECONDS)
            raise
        if self._leaving:
            return []
        self._delivered.clear()
        self._more_is_wanted = 0 < len(messages) < batch
        return messages

    async def _next_message(self, timeout: float | None = 1.0) -> Msg:
        message = await self._next(timeout)
        self._delivered.append(message)
        return message

"""What is set right in the client of NATS itself."""

import asyncio

from nats.aio.client import Client

from medianest_common.bus.asking import unguessable


def mend(client: Client) -> None:
    client._nuid = _Unguessable()  # type: ignore[assignment]
    _late_answers_do_no_harm(client)


class _Unguessable:
    """Names of inboxes that the client makes itself."""

    def next(self) -> bytearray:
        return bytearray(unguessable())


def _late_answers_do_no_harm(client: Client) -> None:
    """A flush that was given up is answered all the same: the client stumbles over that, hears nothing more on the
    connection, and says so as an error in the log."""
    answered = client._process_pong

    async def answered_whether_wanted_or_not() -> None:
        if client._pongs and client._pongs[0].done():
            client._pongs[0] = asyncio.get_running_loop().create_future()
        await answered()

    client._process_pong = answered_whether_wanted_or_not  # type: ignore[method-assign]

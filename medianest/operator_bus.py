"""The operator's own way to the bus."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from medianest.errors import SetupError
from medianest_common.seeds import OPERATOR
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from nats.aio.client import Client

    from medianest_common.bus import Context

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 10.0


@asynccontextmanager
async def operator_connection(settings: Settings) -> AsyncIterator["Client"]:
    """With the operator's key, or as whom `nats_url` says. Tried once: raises what the client raises, or `OSError`."""
    import nats

    from medianest_common.bus.credentials import credentials
    from medianest_common.bus.wire import inbox

    client = await nats.connect(
        settings.nats_url,
        name=f"medianest-{OPERATOR}",
        # Services answer here and nowhere else.
        inbox_prefix=inbox(OPERATOR).encode(),
        connect_timeout=_CONNECT_SECONDS,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        error_cb=_heard,
        **credentials(settings, user=OPERATOR).options(),
    )
    try:
        yield client
    finally:
        await client.close()


def as_owner() -> "AbstractContextManager[Context]":
    """Whatever is asked in it is asked with all that the owner may, and under the operator's name in the audit log."""
    from medianest_common.bus.context import use, with_caller
    from medianest_common.clock import SystemClock
    from medianest_common.contracts.auth.operator import OPERATOR as THE_OPERATOR
    from medianest_common.contracts.identity import Caller, Role

    caller = Caller(
        user_id=THE_OPERATOR,
        session_id=THE_OPERATOR,
        role=Role.OWNER,
        name="operator",
        auth_time=SystemClock().now(),
    )
    return use(with_caller(caller))


async def prepare_bus(settings: Settings) -> None:
    """Makes the streams that are missing, where no gateway has done so yet. Raises `SetupError`."""
    import nats.errors

    try:
        async with operator_connection(settings) as client:
            await make_streams(client, copies=settings.nats_copies)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise SetupError(
            f"NATS cannot be used: {str(error) or type(error).__name__}. Look whether it runs, and at "
            "MEDIANEST_NATS_URL and MEDIANEST_NATS_SEEDS_DIR."
        ) from None


async def make_streams(client: "Client", *, copies: int | None = None) -> None:
    """What the gateway does where it runs, for a service that is started without it or before it."""
    import nats.errors
    from nats.js.errors import APIError

    from medianest_common.bus.topology import ensure, streams_for
    from medianest_common.lifecycle import SERVICES

    streams = streams_for(SERVICES, copies=copies)
    try:
        await ensure(client.jetstream(timeout=_ANSWER_SECONDS), streams=streams)
    except (nats.errors.Error, APIError, TimeoutError, OSError) as error:
        raise SetupError(
            f"The streams of the bus could not be made ({str(error) or type(error).__name__})."
        ) from None


async def _heard(_: Exception) -> None:
    """What goes wrong with the connection shows in the call that it makes fail."""

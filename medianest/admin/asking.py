"""Asking a service as the operator: the running one, or one of our own for as long as it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from medianest import registry, running
from medianest.embedded.servers import urls_of_running
from medianest.errors import Refused, ServiceAway, SetupError
from medianest.installation import reachable, shared_settings
from medianest.operator_bus import make_streams, operator_connection
from medianest_common.seeds import OPERATOR, seed_file
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from medianest_common.bus import Bus
    from medianest_common.contracts.base import Rpc

_PATIENCE = 3.0
"""So long a service that is just being started may take to answer."""
_PING_SECONDS = 2.0
_ANSWER_SECONDS = 30.0


class Operator:
    """Calls without a caller. The gateway makes none of these, which is how the service knows who asks."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus

    async def ask[R](self, message: "Rpc[R]") -> R:
        """Raises `Refused` with what the service says against it."""
        from medianest_common.errors import MediaNestError

        try:
            return await self._bus.call(message, timeout=_ANSWER_SECONDS)
        except MediaNestError as error:
            wrong = [f"{name}: {text}" for name, text in error.errors or ()]
            raise Refused("\n".join([error.detail or error.title, *wrong])) from None


@asynccontextmanager
async def operator(settings: Settings, *, service: str = "auth") -> AsyncIterator[Operator]:
    """On the servers of the running installation, or on our own."""
    patience = patience_with(settings)
    async with (
        reachable(settings) as present,
        operator_on(present, patience=patience, service=service) as asking,
    ):
        yield asking


def patience_with(settings: Settings) -> float:
    """How long to wait for an answer before anything is started: not at all where it is certain that nothing runs."""
    runs = settings.nats_url or urls_of_running(settings.data_dir)
    return _PATIENCE if runs else 0.0


@asynccontextmanager
async def operator_on(
    present: Settings, *, patience: float = _PATIENCE, service: str = "auth"
) -> AsyncIterator[Operator]:
    """On servers that are there already. Where no such service answers, one of our own does meanwhile."""
    import nats.errors

    from medianest_common.bus import Bus
    from medianest_common.clock import SystemClock
    from medianest_common.lifecycle import running as running_service

    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(operator_connection(present))
        except (nats.errors.Error, OSError) as error:
            raise SetupError(
                f"NATS does not answer ({type(error).__name__}). `medianest doctor` says what is wrong with it."
            ) from None
        bus = Bus(client, service=OPERATOR, clock=SystemClock())
        if not await _answers(bus, service, patience=patience):
            seeds = present.nats_seeds_dir
            if seeds is not None and not seed_file(seeds, service).exists():
                raise ServiceAway(
                    f"The {service} service does not run, and its key for the bus is not here, so that it could be "
                    "started for this. Start it, then run this again."
                )
            ours = registry.service(service)
            if present.database_url:
                await running.migrate([ours], settings=present)
            await make_streams(client, copies=present.nats_copies)
            overrides = shared_settings(present) | {"ops_port": None}
            await stack.enter_async_context(running_service(ours, overrides=overrides))
        yield Operator(bus)


async def _answers(bus: "Bus", service: str, *, patience: float) -> bool:
    from medianest_common.contracts.platform import ping_subject
    from medianest_common.errors import MediaNestError

    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            await bus.ask(ping_subject(service), timeout=_PING_SECONDS)
        except MediaNestError:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(0.2)
        else:
            return True

"""What the portal works with is watched as it is set now, without a restart."""

import asyncio
from collections.abc import AsyncIterator, MutableSequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from medianest_health.app import HealthApp
from medianest_health.catalogue import Watched, systems

_LAST_LOOK_SECONDS = 20.0
"""Longer than a look takes that has begun."""


@asynccontextmanager
async def following_integrations(app: HealthApp) -> AsyncIterator[None]:
    """In every replica; within the block `app.watched` changes."""
    watched = cast("MutableSequence[Watched]", app.watched)
    opened: list[AsyncExitStack] = []
    retiring: set[asyncio.Task[None]] = set()

    async def apply() -> None:
        stack = AsyncExitStack()
        integrations = app.integrations
        parts = [each for each in watched if each.kind in ("service", "server")]
        watched[:] = [
            *systems(integrations.settings, stack, ports=app.ports, of_portal=integrations.of_portal),
            *parts,
        ]
        opened.append(stack)
        if len(opened) > 1:
            task = asyncio.create_task(_retire(opened.pop(0)))
            retiring.add(task)
            task.add_done_callback(retiring.discard)

    try:
        async with app.integrations.following(apply):
            yield
    finally:
        for task in retiring:
            task.cancel()
        await asyncio.gather(*retiring, return_exceptions=True)
        for stack in opened:
            await stack.aclose()


async def _retire(stack: AsyncExitStack) -> None:
    try:
        await asyncio.sleep(_LAST_LOOK_SECONDS)
    finally:
        await stack.aclose()

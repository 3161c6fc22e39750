"""Ending the coroutine that reads from a client, when the client does not end it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def abandonable() -> AsyncIterator[Callable[[], None]]:
    """Yields what ends this block from another task. Being cancelled by anyone else goes on as ever."""
    task = asyncio.current_task()
    assert task is not None
    asked = over = False

    def abandon() -> None:
        nonlocal asked
        if not asked and not over:
            asked = True
            task.cancel()

    try:
        yield abandon
        if asked:
            # It was asked for at the very end; take it here, before it hits whoever comes next.
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        if not asked:
            raise
        task.uncancel()
    finally:
        over = True

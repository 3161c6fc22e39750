"""How connections to the database are closed."""

from contextlib import suppress

import asyncpg

_SECONDS = 1.0
"""For each: a pool closes one after the other."""


class BriefGoodbye(asyncpg.Connection):  # type: ignore[misc]
    """By itself it waits for the database's goodbye as long as for a statement, and where the network was cut without a
    word, none comes. What is not answered in time is dropped."""

    async def close(self, *, timeout: float | None = None) -> None:
        with suppress(TimeoutError, OSError):
            await super().close(timeout=timeout or _SECONDS)

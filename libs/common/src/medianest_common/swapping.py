"""What a service works with, exchanged as a whole while it runs: when an administrator names another server.

Whoever began with the one before ends with it, so that nothing happens half here and half there.
"""

import asyncio
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, Self

import structlog

log = structlog.get_logger()

GRACE_SECONDS = 30.0
"""What was begun and left to itself, such as a load for the cache, may take so long."""
_LOOK_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class _Edition[A]:
    app: A
    opened: AsyncExitStack
    holders: int = 0


class _Hold[A]:
    __slots__ = ("_edition",)

    def __init__(self, edition: _Edition[A]) -> None:
        self._edition = edition

    def __enter__(self) -> A:
        self._edition.holders += 1
        return self._edition.app

    def __exit__(self, *_: object) -> None:
        self._edition.holders -= 1


class Swappable[A]:
    """Given to the lifecycle in place of the application. Every handler is given the one that is present when it
    begins, and works with that to its end."""

    def __init__(self, app: A, opened: AsyncExitStack) -> None:
        """`opened` holds what belongs to `app` alone, and is closed after it."""
        self._edition = _Edition(app, opened)
        self._retired: dict[asyncio.Task[None], _Edition[A]] = {}

    @property
    def present(self) -> A:
        return self._edition.app

    def hold(self) -> _Hold[A]:
        return _Hold(self._edition)

    def swap(self, app: A, opened: AsyncExitStack) -> None:
        before, self._edition = self._edition, _Edition(app, opened)
        task = asyncio.create_task(self._retire(before))
        self._retired[task] = before
        task.add_done_callback(self._retired.pop)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        left = list(self._retired.items())
        for task, _edition in left:
            task.cancel()
        await asyncio.gather(*(task for task, _edition in left), return_exceptions=True)
        for edition in (*(edition for _task, edition in left), self._edition):
            await _close(edition)

    async def _retire(self, edition: _Edition[A]) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        while edition.holders:
            await asyncio.sleep(_LOOK_SECONDS)
        await _close(edition)


async def _close(edition: _Edition[Any]) -> None:
    try:
        await edition.opened.aclose()
    except Exception:
        log.exception("not_closed")


def holding(app: Any) -> Any:
    """`with holding(app) as present`, whether or not it can be exchanged."""
    return app.hold() if isinstance(app, Swappable) else nullcontext(app)

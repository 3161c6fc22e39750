"""What was made of a page a moment ago is good enough for whoever asks next: nobody keeps the service from its other
work by asking for a page over and over."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

_KEPT = timedelta(seconds=5)


class _Written(NamedTuple):
    version: int
    at: datetime
    body: bytes


class PublicPages:
    """One for each page that there is, and one at a time is made of each."""

    def __init__(self) -> None:
        self._written: dict[UUID, _Written] = {}
        self._making: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        """Kept by those who make a page or wait for it."""

    async def read(
        self,
        page_id: UUID,
        version: int,
        *,
        now: Callable[[], datetime],
        make: Callable[[], Awaitable[bytes]],
    ) -> bytes:
        if (fresh := self._fresh(page_id, version, now())) is not None:
            return fresh
        making = self._making.setdefault(page_id, asyncio.Lock())
        async with making:
            if (fresh := self._fresh(page_id, version, now())) is not None:
                return fresh
            body = await make()
            self._forget_old(now())
            self._written[page_id] = _Written(version, now(), body)
            return body

    def _fresh(self, page_id: UUID, version: int, now: datetime) -> bytes | None:
        found = self._written.get(page_id)
        if found is None or found.version != version or abs(now - found.at) >= _KEPT:
            return None
        return found.body

    def _forget_old(self, now: datetime) -> None:
        for page_id in [each for each, found in self._written.items() if abs(now - found.at) >= _KEPT]:
            del self._written[page_id]

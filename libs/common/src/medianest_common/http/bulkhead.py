"""One slow system may occupy only its own share of the process."""

import asyncio

from medianest_common.errors import Unavailable


class BulkheadFull(Unavailable):
    """Too many calls to one system are under way already; the system itself may be well."""

    title = "Too many calls at once"
    code = "BUSY"


class Bulkhead:
    """At most `size` at once; whoever waits longer than `longest_wait` seconds is turned away."""

    def __init__(self, system: str, *, size: int, longest_wait: float) -> None:
        self._system = system
        self._longest_wait = longest_wait
        self.size = size
        self.under_way = 0
        self.waiting = 0
        self._places = asyncio.Semaphore(size)

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            self.under_way += 1
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(self._longest_wait):
                await self._places.acquire()
        except TimeoutError:
            raise BulkheadFull(
                f"{self._system} is busy with other calls.", upstream=self._system, retry_after=1.0
            ) from None
        finally:
            self.waiting -= 1
        self.under_way += 1

    async def __aexit__(self, *_: object) -> None:
        self.under_way -= 1
        self._places.release()

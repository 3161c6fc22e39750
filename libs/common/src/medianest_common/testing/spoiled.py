"""A road on which not the network is the trouble but what is said."""

import asyncio
from abc import abstractmethod

from medianest_common.testing.fault_proxy import FaultProxy


class SpoiledRoad[Trouble](FaultProxy):
    """Talks itself with whoever comes, for as long as there is a trouble; otherwise leads on."""

    def __init__(self, target_host: str, target_port: int) -> None:
        super().__init__(target_host, target_port)
        self._trouble: Trouble | None = None

    def _spoil_with(self, trouble: Trouble) -> None:
        """Until `heal()`."""
        self._trouble = trouble
        self.cut()

    async def heal(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self.cut()
        await super().heal()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._trouble is None:
            await super()._accept(reader, writer)
            return
        task = asyncio.current_task()
        assert task
        self._open[task] = writer
        try:
            await self._talk(self._trouble, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.pop(task, None)
            writer.close()

    @abstractmethod
    async def _talk(
        self, trouble: Trouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Until whoever came has gone."""

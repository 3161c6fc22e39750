"""What broke in one replica and was mended, told to the health service.

As a job straight on the bus and not through the outbox: what is told of may be the database itself, it happens in the
middle of other work that must not wait, and the gateway has no outbox. The stream keeps it while the health service is
away, and this queue while the bus is; only a process that dies before the bus is back takes it along.
"""

import asyncio
from collections import deque

import structlog

from medianest_common.bus.client import Bus
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.health.inside import NoteRecovery, Recovery, RecoveryKind
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

_MOST = 200
_RETRY_SECONDS = 1.0


class Recoveries:
    def __init__(self, *, service: str, instance: str, clock: Clock) -> None:
        self._service = service
        self._instance = instance
        self._clock = clock
        self._untold: deque[Recovery] = deque(maxlen=_MOST)
        self._wanted = asyncio.Event()
        self._broken: dict[RecoveryKind, float] = {}

    def note(
        self, kind: RecoveryKind, about: str, *, seconds: float | None = None, detail: str | None = None
    ) -> None:
        self._untold.append(
            Recovery(
                id=uuid7(),
                at=self._clock.now(),
                service=self._service,
                instance=self._instance,
                kind=kind,
                about=about[:100],
                seconds=None if seconds is None else round(max(0.0, seconds), 1),
                detail=detail,
            )
        )
        self._wanted.set()

    def broke(self, kind: RecoveryKind) -> None:
        """Told of once it is mended, with how long that took."""
        self._broken.setdefault(kind, self._clock.monotonic())

    def mended(self, kind: RecoveryKind, about: str) -> None:
        if (since := self._broken.pop(kind, None)) is not None:
            self.note(kind, about, seconds=self._clock.monotonic() - since)

    async def run(self, bus: Bus) -> None:
        while True:
            await self._wanted.wait()
            while self._untold:
                recovery = self._untold[0]
                try:
                    # Under one id, however often it takes.
                    await bus.enqueue_now(NoteRecovery(recovery=recovery), job_id=recovery.id)
                except MediaNestError as error:
                    log.debug("recovery_not_told", error=error.code)
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                # A full queue may have dropped it meanwhile.
                if self._untold and self._untold[0] is recovery:
                    self._untold.popleft()
            self._wanted.clear()

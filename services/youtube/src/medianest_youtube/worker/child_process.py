"""A process that carries out an order, as the service sees it: its lines, whether it lives, and its end."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncGenerator

import structlog
from pydantic import ValidationError

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_youtube.sayings import classify
from medianest_youtube.worker.births import Birth
from medianest_youtube.worker.lines import LINE, Done, Failed, Line, Raised, StepTaken
from medianest_youtube.worker.liveliness import processor_ticks

_LOOK_SECONDS = 5.0
_KILLED_SECONDS = 5.0
_QUIET_STEPS = (ProgressStep.MERGING, ProgressStep.CUTTING, ProgressStep.TAGGING)

log = structlog.get_logger(__name__)


class Child:
    """`last_sign_of_life` is a monotonic time: of the last line, or of the last time the group has worked.

    To be used as long as `lines()` runs; leaving that early does not end the process, `kill()` does.
    """

    def __init__(self, birth: Birth, *, stall_seconds: float, step_stall_seconds: float) -> None:
        self._birth = birth
        self._stall_seconds, self._step_stall_seconds = stall_seconds, step_stall_seconds
        self._step: ProgressStep | None = None
        self._killed = self._stalled = False
        self.last_sign_of_life = time.monotonic()
        self.invalid_lines = 0

    @property
    def pid(self) -> int:
        return self._birth.pid

    @property
    def ended(self) -> bool:
        return self._birth.ended.done()

    @property
    def last_words(self) -> str:
        """The end of what it wrote to standard error. For logs."""
        return self._birth.last_words.decode(errors="replace").strip()

    async def lines(self) -> AsyncGenerator[Line]:
        """The last one is `Done` or `Failed`, unless it was killed by `kill()`."""
        watchdog = asyncio.create_task(self._watch())
        verdict = False
        try:
            while not verdict and (data := await self._next()):
                line = self._parse(data)
                if line is None:
                    continue
                verdict = isinstance(line, Done | Failed)
                if isinstance(line, StepTaken):
                    self._step = line.step
                yield line
            if not verdict:
                await self._birth.ended
                if self._stalled:
                    yield Failed(code=FailureCode.STALLED, text=self.last_words[-2_000:])
                elif not self._killed:
                    yield Failed(code=self._why_it_crashed(), text=self.last_words[-2_000:])
        finally:
            watchdog.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watchdog
            if verdict:
                # All it had to do is done; whatever keeps it from ending is not waited for.
                self._birth.signal(signal.SIGKILL)
            if self.ended:
                self._birth.close()

    async def kill(self, *, grace: float = 0.5) -> None:
        """The whole group: asked to end, and killed after `grace` seconds. It is gone when this returns."""
        self._killed = True
        try:
            if grace and not self.ended:
                self._birth.signal(signal.SIGINT)
                await asyncio.wait([self._birth.ended], timeout=grace)
            if not self.ended:
                self._birth.signal(signal.SIGKILL)
                async with asyncio.timeout(_KILLED_SECONDS):
                    await asyncio.shield(self._birth.ended)
        except TimeoutError:
            log.error("youtube_process_not_killed", pid=self.pid)
        finally:
            self._birth.close()

    async def _next(self) -> bytes:
        """Empty at the end. A line longer than any of ours is as good as none."""
        while True:
            try:
                return await self._birth.lines.readline()
            except ValueError:
                self.invalid_lines += 1

    def _parse(self, data: bytes) -> Line | None:
        self.last_sign_of_life = time.monotonic()
        try:
            line = LINE.validate_json(data)
        except ValidationError:
            self.invalid_lines += 1
            log.warning("youtube_line_not_understood", pid=self.pid, count=self.invalid_lines)
            return None
        return line.judged() if isinstance(line, Raised) else line

    def _why_it_crashed(self) -> FailureCode:
        code = classify(self.last_words)
        return code if code is FailureCode.NO_SPACE else FailureCode.CRASHED

    async def _watch(self) -> None:
        worked = 0
        while True:
            limit = self._step_stall_seconds if self._step in _QUIET_STEPS else self._stall_seconds
            await asyncio.sleep(min(_LOOK_SECONDS, limit / 4))
            ticks = await asyncio.to_thread(processor_ticks, self.pid)
            if ticks is not None and ticks > worked:
                worked = ticks
                self.last_sign_of_life = time.monotonic()
            if time.monotonic() - self.last_sign_of_life > limit:
                self._stalled = True
                self._birth.signal(signal.SIGKILL)
                return

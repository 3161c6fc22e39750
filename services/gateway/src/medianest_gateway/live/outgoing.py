"""What waits to be sent to one client: bounded, in order, and of passing states only the latest."""

import asyncio
from collections import deque
from collections.abc import Callable

from medianest_gateway.live.limits import Limits


class _Topic(str):
    """The place in the line of a passing state; its text is looked up when it is its turn."""

    __slots__ = ()


class Outgoing:
    """`wake` is called whenever there is something to take."""

    __slots__ = (
        "_characters",
        "_last",
        "_limits",
        "_line",
        "_loop",
        "_room",
        "_states",
        "_timers",
        "_types",
        "_wake",
    )

    def __init__(self, limits: Limits, *, wake: Callable[[], None]) -> None:
        self._limits = limits
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._line: deque[str] = deque()
        self._characters = 0
        self._room: asyncio.Event | None = None
        self._states: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._last: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __bool__(self) -> bool:
        """Whether there is something to take."""
        return bool(self._line)

    def put(self, text: str) -> bool:
        """False, and nothing done, when the client is too far behind."""
        if self._full(len(text)):
            return False
        self._line.append(text)
        self._characters += len(text)
        self._wake()
        return True

    async def put_when_possible(self, text: str, *, timeout: float) -> bool:
        """Like `put`, for a replay that may be longer than the line; False when no room came about in time."""
        try:
            async with asyncio.timeout(timeout):
                while self._full(len(text)):
                    self._room = self._room or asyncio.Event()
                    await self._room.wait()
        except TimeoutError:
            return False
        return self.put(text)

    def put_state(self, key: str, text: str, *, type: str = "", at_once: bool = False) -> bool:
        """Of several states of one key that wait, the latest is sent, and not more often than the limit allows, unless
        what follows must not overtake it.

        False, and nothing done, when the client is too far behind.
        """
        before = self._states.get(key)
        more = len(text) - (len(before) if before is not None else 0)
        if self._characters and self._characters + more > self._limits.waiting_characters:
            return False
        if before is None and len(self._states) >= self._limits.waiting_topics:
            return True
        self._states[key], self._types[key] = text, type
        self._characters += more
        if before is not None:
            return True
        wait = self._last.get(key, 0.0) + self._limits.live_interval - self._loop.time()
        if wait > 0 and not at_once:
            self._timers[key] = self._loop.call_later(wait, self._due, key)
        else:
            self._due(key)
        return True

    def drop_states(self, type: str) -> None:
        """Those of this type that still wait are not sent any more."""
        dropped = {key for key, of in self._types.items() if of == type}
        for key in dropped:
            del self._types[key]
            self._took(self._states.pop(key))
            if (timer := self._timers.pop(key, None)) is not None:
                timer.cancel()
        self._line = deque(text for text in self._line if not (isinstance(text, _Topic) and text in dropped))

    def pop(self) -> str | None:
        if not self._line:
            return None
        text = self._line.popleft()
        if isinstance(text, _Topic):
            self._last[text] = self._loop.time()
            state = self._states.pop(text)
            del self._types[text]
            self._took(state)
            return state
        self._took(text)
        return text

    def clear(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._line.clear()
        self._states.clear()
        self._types.clear()
        self._characters = 0
        if self._room is not None:
            self._room.set()
            self._room = None

    def forget_old_topics(self) -> None:
        if self._last:
            recent = self._loop.time() - self._limits.live_interval
            self._last = {key: at for key, at in self._last.items() if at > recent}

    def _took(self, text: str) -> None:
        self._characters -= len(text)
        if self._room is not None:
            self._room.set()
            self._room = None

    def _due(self, key: str) -> None:
        self._timers.pop(key, None)
        self._line.append(_Topic(key))
        self._wake()

    def _full(self, more: int) -> bool:
        waiting = len(self._line) - len(self._states) + len(self._timers)
        return waiting >= self._limits.waiting_messages or (
            self._characters > 0 and self._characters + more > self._limits.waiting_characters
        )

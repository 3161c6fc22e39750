"""What a system that answers says is not well with it: degraded, in its words as far as they can be shown."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding

_SHARE = 0.25
_EVERY_SECONDS = 55.0
_LONGEST = 300
_LONGEST_SINGLE = 140
_FREE_SHARE = 0.05
_SMALLEST_DISK = 10**9
_NOT_FOR_FILES = ("/snap/", "/boot", "/etc/", "/proc", "/sys", "/run")
_SECRET = re.compile(r"(?i)((?:api_?key|token|passkey|password|secret)[=:]\s*)[^&\s\"',;]+")


class Complaints:
    """Asked for about once a minute only, however often it is looked whether the system is there at all."""

    def __init__(self, *, clock: Clock, seconds: float, ask: Callable[[], Awaitable[Iterable[str]]]) -> None:
        """`seconds` is what a whole check may take."""
        self._clock = clock
        self._seconds = seconds * _SHARE
        self._ask = ask
        self._last: list[str] = []
        self._next_at = float("-inf")

    async def __call__(self, alive: Finding) -> Finding:
        """`alive`, or why it is degraded."""
        if alive.outcome is not MonitorState.UP:
            return alive
        if self._clock.monotonic() >= self._next_at:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    self._last = [presentable(each, _LONGEST_SINGLE) for each in await self._ask()]
            self._next_at = self._clock.monotonic() + _EVERY_SECONDS
        return degraded(alive, self._last)


def degraded(alive: Finding, complaints: Iterable[str]) -> Finding:
    said = "; ".join(complaints)
    if not said:
        return alive
    return replace(alive, outcome=MonitorState.DEGRADED, message=presentable(said, _LONGEST))


def presentable(text: str, longest: int) -> str:
    """On one line, of bounded length, and without what looks like a key."""
    line = _SECRET.sub(r"\1…", " ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def nearly_full(where: str, *, free: float, total: float) -> str | None:
    if total <= 0 or free / total >= _FREE_SHARE:
        return None
    return f"only {max(0.0, free / total):.0%} is free at {where}"


def full_disks(disks: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Of a list as Radarr and its kin give it. What is always full, as a snap is, or tiny, holds no films."""
    for disk in disks:
        where, total = str(disk.get("path") or disk.get("label") or "a disk"), float(disk["totalSpace"])
        if total < _SMALLEST_DISK or where.startswith(_NOT_FOR_FILES):
            continue
        if words := nearly_full(where, free=float(disk["freeSpace"]), total=total):
            yield words

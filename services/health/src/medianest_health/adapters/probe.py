"""What every probe has in common: it never raises, and tells "no" from "nobody there" from "we cannot tell"."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from medianest_common.contracts.health import MonitorState

type OwnTrouble = Callable[[str], Awaitable[str | None]]
"""What keeps this machine from reaching an address, or a host without one, if anything does."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The one that a server shows for itself. `fingerprint` is SHA-256 in hexadecimal."""

    not_before: datetime
    expires_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`outcome` is one of up, degraded, auth, down and unknown."""

    outcome: MonitorState
    latency_ms: float | None = None
    message: str | None = None
    certificate: Certificate | None = None


class Probe(Protocol):
    async def __call__(self) -> Finding: ...


def answer_within(seconds: float) -> float:
    """How much of the time for a check the other side has; the rest is for finding out who is to blame."""
    return seconds - min(2.0, seconds * 0.3)

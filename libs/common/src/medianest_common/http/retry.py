"""When and how long to wait before asking again."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Full jitter: before attempt n+1 wait a random time up to `base * 2**(n-1)`, never more than `cap` seconds.

    A longer Retry-After is obeyed up to `longest_wait`; beyond that the call gives up and passes the figure on.
    """

    attempts: int = 3
    base: float = 0.2
    cap: float = 2.0
    longest_wait: float = 5.0
    uniform: Callable[[float, float], float] = random.uniform

    def wait(self, attempt: int, *, retry_after: float | None) -> float | None:
        """Seconds to wait after the given attempt (from 1), or None to give up."""
        if attempt >= self.attempts:
            return None
        if retry_after is not None and retry_after > self.longest_wait:
            return None
        jitter = self.uniform(0.0, min(self.cap, self.base * 2.0 ** (attempt - 1)))
        return jitter + (retry_after or 0.0)


NO_RETRY = Retry(attempts=1)


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds from a Retry-After header in either form (RFC 9110 10.2.3); None when absent or unreadable."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())

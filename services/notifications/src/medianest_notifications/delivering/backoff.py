"""How long to wait before the next attempt."""

import random
from collections.abc import Callable
from datetime import timedelta

_FIRST = timedelta(seconds=4)
_LONGEST = timedelta(minutes=15)
_MOST_DOUBLINGS = 10
WHOLE_CHANNEL_ATTEMPTS = 3
"""So often the other messages of the channel wait too, since the provider may be down; after that it may be this one
message that it cannot take, and the others overtake it."""


def wait_after(
    attempt: int, *, retry_after: float | None, uniform: Callable[[float, float], float] = random.uniform
) -> timedelta:
    """At least what the provider asks for, and never the same for two, so that they do not all come back at once."""
    longest = min(_LONGEST, _FIRST * (1 << min(attempt - 1, _MOST_DOUBLINGS)))
    if retry_after is not None:
        return timedelta(seconds=retry_after + uniform(0.0, 0.5))
    return longest * uniform(0.5, 1.0)

"""Random bytes of the system, fetched for many at once: to ask for each costs more than what is done with them."""

import os

_AT_ONCE = 256
_ready: list[bytes] = []
# A process that is split off would otherwise hand out the same ones.
os.register_at_fork(after_in_child=_ready.clear)


def sixteen_random_bytes() -> bytes:
    """For names that nobody else may have or guess. They lie in memory before they are asked for, so that what has to
    stay secret for long is better made by `secrets`."""
    try:
        # One step, so that no two threads get the same.
        return _ready.pop()
    except IndexError:
        fresh = os.urandom(16 * _AT_ONCE)
        _ready.extend(fresh[start : start + 16] for start in range(16, len(fresh), 16))
        return fresh[:16]

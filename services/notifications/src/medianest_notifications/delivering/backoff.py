"""How long to wait before the next attempt."""

import random
from collections.abc import Callable
from datetime import timedelta

_FIRST = timedelta(seconds=4)
_LONGEST = timedelta(minutes=15)
_LONGEST_ASKED_FOR = timedelta(hours=1)
_MOST_DOUBLINGS = 10
_AT_THEIR_WORD = 2
WHOLE_CHANNEL_ATTEMPTS = 3
"""So often the other messages of the channel wait too, since the provider may be down; after that it may be this one
message that it cannot take, and the others overtake it."""
MOST_DOUBTS = 4
"""So often a message is sent at most while nobody knows whether it arrives: a slow provider may have taken each."""
_DOUBLINGS_BY_DOUBT = 4

SET_BACK = timedelta(minutes=5)
"""What is from later than that is from before the clock was set back, and waits no longer. Clocks of replicas differ by
less, and nobody stands still for so long after a look at one: neither lifts what a provider has asked for. A clock that
is set back by less adds as much to a wait, and no more."""

type Uniform = Callable[[float, float], float]


def wait_after(attempt: int, *, retry_after: float | None, uniform: Uniform = random.uniform) -> timedelta:
    """What the provider asks for, within reason, and never the same for two, so that they do not all come back at once.
    Who has asked for too little more than once is not taken at their word."""
    usual = _usual(attempt, uniform)
    if retry_after is None:
        return usual
    asked = min(timedelta(seconds=retry_after), _LONGEST_ASKED_FOR) + timedelta(seconds=uniform(0.0, 0.5))
    return asked if attempt <= _AT_THEIR_WORD else max(asked, usual)


def wait_in_doubt(doubts: int, *, uniform: Uniform = random.uniform) -> timedelta:
    """Soon after the first time, since a connection may just have been lost; then long, so that a provider that is slow
    for a while costs no message."""
    return _usual(1 + (doubts - 1) * _DOUBLINGS_BY_DOUBT, uniform)


def _usual(attempt: int, uniform: Uniform) -> timedelta:
    return min(_LONGEST, _FIRST * (1 << min(attempt - 1, _MOST_DOUBLINGS))) * uniform(0.5, 1.0)

"""How many checks took how long, in steps that are the same everywhere: what was counted apart can be added up, and
percentiles be read from the sum."""

import math
from collections.abc import Iterable, Sequence
from itertools import zip_longest

_IN_A_DOUBLING = 4
_LAST = 64
"""Up to a minute and a bit; what took longer is counted there too."""


def step_of(milliseconds: float) -> int:
    """Step 0 goes up to 1 ms, and each step 2^¼ times as far as the one before."""
    if milliseconds <= 1:
        return 0
    return min(math.ceil(_IN_A_DOUBLING * math.log2(milliseconds)), _LAST)


def count(latencies: Iterable[float]) -> list[int]:
    """As long as it has to be, for what most have in common is that nothing takes a second."""
    counts: list[int] = []
    for each in latencies:
        step = step_of(each)
        counts.extend([0] * (step + 1 - len(counts)))
        counts[step] += 1
    return counts


def added(counts: Iterable[Sequence[int] | None]) -> list[int]:
    total: list[int] = []
    for each in counts:
        if each:
            total = [a + b for a, b in zip_longest(total, each, fillvalue=0)]
    return total


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Milliseconds that `share` of them stayed within: never off by more than the width of one step."""
    wanted = share * sum(counts)
    if not wanted:
        return None
    passed = 0
    for step, number in enumerate(counts):
        if number and passed + number >= wanted:
            low = _upper(step - 1) if step else 0.0
            return round(low + (_upper(step) - low) * (wanted - passed) / number, 2)
        passed += number
    return _upper(len(counts) - 1)


def _upper(step: int) -> float:
    return float(2 ** (step / _IN_A_DOUBLING))

"""How much fits into one message on the bus, which holds a megabyte."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from pydantic_core import to_json

MOST_BYTES = 800_000
"""What is around the items, and the headers, come on top."""


def fitting(items: Sequence[Any]) -> int:
    """How many of them, from the first on; one at least."""
    if len(to_json(items)) <= MOST_BYTES:
        return max(1, len(items))
    sizes = accumulate(len(to_json(item)) + 1 for item in items)
    return max(1, sum(size <= MOST_BYTES for size in sizes))

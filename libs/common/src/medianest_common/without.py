"""Libraries that read others along for what nobody here asks of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

_NOT_ASKED_FOR = {
    "aiohttp": "NATS over WebSocket",
    "email_validator": "a contact that FastAPI would describe",
    "pygments": "the command that httpx brings",
    "rich": "exceptions in colour, which are words before the log has them",
}
"""Read by whom they are really for all the same, later."""


@contextmanager
def without_extras() -> Iterator[None]:
    """Whoever is read for the first time in the block finds that these are not installed."""
    missing = cast(ModuleType, None)
    hidden = [name for name in _NOT_ASKED_FOR if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, missing))
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name) is None:
                sys.modules.pop(name, None)

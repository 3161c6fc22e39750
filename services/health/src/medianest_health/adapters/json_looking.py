"""Whether a document holds what a JSON path (RFC 9535) is to find."""

import asyncio
import json
from typing import Any

import jsonpath_rfc9535 as jsonpath
from pydantic_core import from_json

from medianest_common.errors import Invalid

_MOST_LOOKED_AT = 10_000
_MOST_DESCENTS = 2
"""How often a path may go through all of the document: each time multiplies what there is to do."""


class JsonLooking:
    """Raises `Invalid` for a path that is none."""

    def __init__(self, path: str, *, expected: str | None) -> None:
        self._expected = expected
        self._running: asyncio.Future[str | None] | None = None
        if path.count("..") > _MOST_DESCENTS:
            raise Invalid("A JSON path may hold `..` twice at the most.")
        try:
            self._query = jsonpath.compile(path)
        except (jsonpath.JSONPathError, ValueError, RecursionError):
            raise Invalid("This is not a JSON path; one looks like $.status or $.services[0].up.") from None

    async def wrong(self, body: bytes) -> str | None:
        """What is not as it should be, in words that go after the name of what answered."""
        # In a thread, and no more than one: what somebody else's document and a path lead to may take a while, and
        # all other checks go on.
        if self._running is not None and not self._running.done():
            return "answered a document that takes too long to look into"
        self._running = asyncio.get_running_loop().run_in_executor(None, self._wrong, body)
        return await asyncio.shield(self._running)

    def _wrong(self, body: bytes) -> str | None:
        try:
            document = from_json(body, allow_inf_nan=False)
        except ValueError:
            return "answered something that is not JSON"
        found_one = False
        try:
            for number, node in enumerate(self._query.finditer(document)):
                if self._expected is None or self._is_it(node.value):
                    return None
                found_one = True
                if number >= _MOST_LOOKED_AT:
                    break
        except (jsonpath.JSONPathError, RecursionError):
            return "answered a document that is too deep to look into"
        if found_one:
            return "has another value than expected where its JSON path leads"
        return "has nothing where its JSON path leads"

    def _is_it(self, value: Any) -> bool:
        """As text, or as the JSON value that the text stands for: `true`, `3`, `null`."""
        if isinstance(value, str):
            return value == self._expected
        try:
            meant = json.loads(self._expected or "")
        except ValueError:
            return False
        return (type(meant) is type(value) and meant == value) or _same_number(meant, value)


def _same_number(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and not isinstance(one, bool) and not isinstance(other, bool) and one == other

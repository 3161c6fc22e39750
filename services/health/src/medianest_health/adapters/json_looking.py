"""Whether a document holds what a JSON path (RFC 9535) is to find."""

import asyncio
import json
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jsonpath_rfc9535 as jsonpath
from jsonpath_rfc9535._ast import Expression, Selector
from jsonpath_rfc9535._resolve_standard import StandardResolver
from pydantic_core import from_json

from medianest_common.errors import Invalid

_MOST_LOOKED_AT = 10_000
_MOST_STEPS = 1_000_000
"""About a second or two."""
_MOST_DESCENTS = 2
"""How often a path may go through all of the document: each time multiplies what there is to do."""
_TAKES_TOO_LONG = "answered a document that takes too long to look into"

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="json-path")
"""Not those of the event loop, in which names are looked up."""


class _TooMuch(Exception):
    pass


class _Environment(jsonpath.JSONPathEnvironment):
    """Without patterns: how long one takes over a text has no limit, and they may even come out of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        for name in ("match", "search"):
            del self.functions[name]

    def step(self) -> None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise _TooMuch


class _Resolver(StandardResolver):
    """Counts what it does, also within filters: there it makes others of itself with the same environment."""

    env: _Environment

    def _resolve_selector(self, selector: Selector, node: Any) -> Iterable[Any]:
        self.env.step()
        return super()._resolve_selector(selector, node)

    def _evaluate_expression(self, expr: Expression, current_key: int | str, current_value: object) -> object:
        self.env.step()
        return super()._evaluate_expression(expr, current_key, current_value)

    def new_child(self, node: Any, key: str | int, value: object) -> Any:
        self.env.step()
        return super().new_child(node, key, value)


class JsonLooking:
    """Raises `Invalid` for a path that is none."""

    def __init__(self, path: str, *, expected: str | None) -> None:
        self._expected = expected
        self._running: Future[str | None] | None = None
        if path.count("..") > _MOST_DESCENTS:
            raise Invalid("A JSON path may hold `..` twice at the most.")
        try:
            self._query = _Environment().compile(path)
        except jsonpath.JSONPathNameError:
            raise Invalid("A JSON path may call `length`, `count` and `value`, and nothing else.") from None
        except (jsonpath.JSONPathError, ValueError, RecursionError):
            raise Invalid("This is not a JSON path; one looks like $.status or $.services[0].up.") from None

    async def wrong(self, body: bytes) -> str | None:
        """What is not as it should be, in words that go after the name of what answered."""
        # In a thread, and no more than one: what somebody else's document and a path lead to may take a while, and
        # all other checks go on.
        if self._running is not None and not self._running.done():
            return _TAKES_TOO_LONG
        self._running = _threads.submit(self._wrong, body)
        return await asyncio.wrap_future(self._running)

    def _wrong(self, body: bytes) -> str | None:
        try:
            document = from_json(body, allow_inf_nan=False)
        except ValueError:
            return "answered something that is not JSON"
        found_one = False
        try:
            for number, node in enumerate(_Resolver.resolve(_Environment(), self._query.segments, document)):
                if self._expected is None or self._is_it(node[0]):
                    return None
                found_one = True
                if number >= _MOST_LOOKED_AT:
                    break
        except _TooMuch:
            return _TAKES_TOO_LONG
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
        except (ValueError, RecursionError):
            return False
        return (type(meant) is type(value) and meant == value) or _same_number(meant, value)


def _same_number(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and not isinstance(one, bool) and not isinstance(other, bool) and one == other

"""What a body must be before a route looks at it: JSON, in UTF-8, said once and not too deep."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.errors import BadRequest, MediaNestError, UnsupportedMediaType
from medianest_common.web.middleware.headers import header
from medianest_common.web.problems import refuse

_DEEPEST = 32


class JsonBodies:
    """`free` paths take other content; they check it themselves."""

    def __init__(self, app: ASGIApp, *, free: tuple[str, ...]) -> None:
        self._app = app
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in ("GET", "HEAD")
            or scope["path"].startswith(self._free)
        ):
            await self._app(scope, receive, send)
            return
        message = await receive()
        try:
            self._check(scope, message.get("body", b""))
        except MediaNestError as error:
            await refuse(error, scope, receive, send)
            return
        first: Message | None = message

        async def receiving() -> Message:
            nonlocal first
            if first is None:
                return await receive()
            once, first = first, None
            return once

        await self._app(scope, receiving, send)

    def _check(self, scope: Scope, body: bytes) -> None:
        if not body:
            return
        kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedMediaType("Send application/json.")
        try:
            text = body.decode("utf-8")
            if _depth(text) > _DEEPEST:
                raise BadRequest(f"The JSON is nested deeper than {_DEEPEST}.")
            json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant, parse_float=_finite)
        except (ValueError, RecursionError):
            raise BadRequest("The body is not valid JSON in UTF-8.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _depth(text: str) -> int:
    """Brackets inside strings count as well, which only makes it stricter."""
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest

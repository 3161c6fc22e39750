"""What a path or query must be before a route looks at it: storable text, and numbers as people write them."""

import re
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import Invalid, MediaNestError
from medianest_common.web.problems import refuse

_HARMLESS_LENGTH = 19
_TELLING = re.compile(rb"[%+_.-]")
_SPECIAL = re.compile(rb"[\x00]")
# Python reads `1_0`, `+1`, ` 1`, `-0` and full-width digits as numbers; nobody else does.
_ODD_NUMBER = re.compile(r"(?:[+\s]\d+|\d[\d_]*_\d+|-0+|\d+\s+|\d{19,}|\d+\.0+)", re.ASCII).fullmatch


class Queries:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._check(scope)
            except MediaNestError as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        query: bytes = scope["query_string"]
        path: bytes = scope.get("raw_path") or b""
        if len(query) < _HARMLESS_LENGTH and not _TELLING.search(query) and b"%" not in path:
            return
        for part in (path, query):
            text = unquote_to_bytes(part)
            if _SPECIAL.search(text):
                raise Invalid("The address must not hold NUL characters.")
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                raise Invalid("The address must be UTF-8.") from None
        for part in query.split(b"&"):
            name, _, value = part.partition(b"=")
            if name in _NUMBERS and _ODD_NUMBER(unquote_to_bytes(value.replace(b"+", b" ")).decode()):
                raise Invalid(f"{name.decode()} must be a plain number.")


_NUMBERS = frozenset({b"limit", b"page", b"w", b"h"})

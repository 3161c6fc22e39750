"""The line of a request that was answered, straight to where logs go.

It is by far the most frequent one, and what stands in it is made by us, so that it need not go through everything that
lines of others go through: that would cost more than the rest of the HTTP stack. It reads the same.
"""

import json
import logging
from contextlib import suppress
from typing import NamedTuple, TextIO

from medianest_common.security.redaction import redact_text


class RequestLine(NamedTuple):
    """`path` is given where no route has taken it; it is a stranger's text."""

    method: str
    route: str | None
    path: str
    status: int
    ms: float
    bytes: int
    client: str
    user: str | None
    correlation_id: str
    service: str
    timestamp: str
    """ISO 8601, in UTC."""


class RequestLines:
    """Closed until logs are JSON; whoever finds it closed logs as ever."""

    def __init__(self) -> None:
        self._handler: logging.StreamHandler[TextIO] | None = None

    def open(self, handler: "logging.StreamHandler[TextIO]") -> None:
        self._handler = handler

    def close(self) -> None:
        self._handler = None

    @property
    def is_open(self) -> bool:
        return self._handler is not None

    def write(self, line: RequestLine) -> None:
        """Raises nothing, as handlers of `logging` do not: a log that cannot be written, because the disk is full or
        its reader has gone, is no reason to break off a request that went well."""
        handler = self._handler
        if handler is None:
            return
        with suppress(Exception):
            text = as_json(line)
            with handler.lock:  # type: ignore[union-attr]
                handler.stream.write(text)
                handler.flush()


request_lines = RequestLines()


def as_json(line: RequestLine) -> str:
    """With its newline. Only what may hold other than plain letters is escaped."""
    route = line.route if line.route is not None else redact_text(line.path)
    user = f'"{line.user}"' if line.user else "null"
    return (
        f'{{"method": "{line.method}", "route": {_quoted(route)}, "status": {line.status}, "ms": {line.ms}, '
        f'"bytes": {line.bytes}, "client": {_quoted(line.client)}, "user": {user}, "event": "request", '
        f'"correlation_id": {_quoted(line.correlation_id)}, '
        f'"service": "{line.service}", "level": "info", "timestamp": "{line.timestamp}"}}\n'
    )


_quoted = json.encoder.encode_basestring_ascii

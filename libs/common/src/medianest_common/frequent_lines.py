"""The lines that are logged most often, straight to where logs go.

They are of requests that were answered and of messages that were handled. What stands in them is made by us, so that
they need not go through everything that lines of others go through: that would cost more than the rest of the HTTP
stack, and as much as making and storing a message. They read the same.
"""

import json
import logging
from contextlib import suppress
from typing import Protocol, TextIO


class Line(Protocol):
    def as_json(self) -> str:
        """With its newline."""
        ...


class FrequentLines:
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

    def write(self, line: Line) -> None:
        """Raises nothing, as handlers of `logging` do not: a log that cannot be written, because the disk is full or
        its reader has gone, is no reason to break off a request that went well."""
        handler = self._handler
        if handler is None:
            return
        with suppress(Exception):
            text = line.as_json()
            with handler.lock:  # type: ignore[union-attr]
                handler.stream.write(text)
                handler.flush()


frequent_lines = FrequentLines()

quoted = json.encoder.encode_basestring_ascii

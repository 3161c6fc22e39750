"""What a process that runs yt-dlp has to say, and to whom."""

import contextlib
import json
import os
import sys
from typing import Any

_LAST_WORDS = 20
_LONGEST = 2_000


class Log:
    """The last of what yt-dlp says; all of it goes to standard error, where the service keeps an end of it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warnings: list[str] = []

    def debug(self, text: str) -> None:
        self.said = [*self.said, text[-_LONGEST:]][-_LAST_WORDS:]

    info = debug

    def warning(self, text: str, *_: Any, **__: Any) -> None:
        self.warnings = [*self.warnings, text[:_LONGEST]][-_LAST_WORDS:]
        self._write(text)

    def error(self, text: str) -> None:
        self._write(text)

    @staticmethod
    def _write(text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text[:_LONGEST] + "\n")
            sys.stderr.flush()


class Reporter:
    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __call__(self, line: str, **values: Any) -> None:
        data = json.dumps({"line": line, **values}).encode() + b"\n"
        while data:
            data = data[os.write(self._fd, data) :]


class Refused(Exception):
    """Not an error of yt-dlp, and yet the end of the order."""

    def __init__(
        self,
        text: str,
        *,
        release_timestamp: int | None = None,
        live_status: str | None = None,
        no_formats: bool = False,
    ) -> None:
        super().__init__(text)
        self.release_timestamp = release_timestamp
        self.live_status = live_status
        self.no_formats = no_formats

"""Sends media: parts of them, slowly, cut off, stalled or not at all."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from medianest_common.testing.fake_youtube.faults import MediaFaults
from medianest_common.testing.fake_youtube.recording import Request
from medianest_common.testing.fake_youtube.state import State, take_one

_CHUNK = 8192
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


class Client(Protocol):
    """The connection that something is sent on."""

    def head(self, status: int, content_type: str, length: int, **headers: str) -> None: ...
    def write(self, data: bytes) -> None: ...
    def wait(self, seconds: float | None) -> bool:
        """Whether the client is still there after that time. Without a time, waits until it is not or we are reset."""

    def cut(self) -> None: ...


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    """Behind its last byte."""
    size: int
    partial: bool


def send_media(
    client: Client, request: Request, path: Path, *, content_type: str, faults: MediaFaults, state: State
) -> None:
    with state.lock:
        status = faults.status if faults.status and take_one(faults, "refusals_left") else None
    if status:
        request.status = status
        headers = {"Retry_After": "1"} if status in (429, 503) else {}
        client.head(status, "text/plain", 0, **headers)
        return
    part = _part(request.range, size=path.stat().st_size, no_range=faults.no_range)
    if part.start >= part.size:
        request.status = 416
        client.head(416, "text/plain", 0, Content_Range=f"bytes */{part.size}")
        return
    request.status = 206 if part.partial else 200
    headers = {"Content_Range": f"bytes {part.start}-{part.end - 1}/{part.size}"} if part.partial else {}
    if not faults.no_range:
        headers["Accept_Ranges"] = "bytes"
    client.head(request.status, content_type, part.end - part.start, **headers)
    if request.method != "HEAD":
        _send_body(client, request, path.read_bytes()[part.start : part.end], faults=faults, state=state)


def _part(header: str | None, *, size: int, no_range: bool) -> _Part:
    found = _RANGE.match(header or "")
    if found is None or no_range:
        return _Part(0, size, size, partial=False)
    end = min(int(found[2]) + 1, size) if found[2] else size
    return _Part(int(found[1]), end, size, partial=True)


def _send_body(client: Client, request: Request, body: bytes, *, faults: MediaFaults, state: State) -> None:
    """The faults are looked at for each chunk, so that a test may change them meanwhile."""
    begun, counted = time.monotonic(), 0
    while request.sent < len(body):
        client.write(body[request.sent : request.sent + _CHUNK])
        sent = min(_CHUNK, len(body) - request.sent)
        request.sent += sent
        counted += sent
        if _happens(faults.drop_after, request.sent, faults, "drops_left", state):
            client.cut()
            return
        if _happens(faults.stall_after, request.sent, faults, "stalls_left", state):
            client.wait(None)
            client.cut()
            return
        if faults.rate is None:
            begun, counted = time.monotonic(), 0
        else:
            late = begun + counted / faults.rate - time.monotonic()
            if late > 0 and not client.wait(late):
                client.cut()
                return


def _happens(after: int | None, sent: int, faults: MediaFaults, left: str, state: State) -> bool:
    if after is None or sent < after:
        return False
    with state.lock:
        return take_one(faults, left)

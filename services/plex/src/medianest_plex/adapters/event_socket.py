"""The server's own word of what changes, as it changes: quick, and not to be relied on."""

import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import structlog
from prometheus_client import Counter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from medianest_common.errors import BadUpstream, Unavailable
from medianest_common.http import public_authorities
from medianest_plex.adapters.coercion import Document, entries

log = structlog.get_logger()

FRAMES = Counter(
    "medianest_plex_event_frames", "Frames of Plex's event socket by what was in them.", ["what"]
)

PATH = "/:/websockets/notifications"
LARGEST_FRAME = 1 << 20
_OPEN_SECONDS = 10.0
_PING_SECONDS = 15.0
_PONG_SECONDS = 30.0
_CLOSE_SECONDS = 2.0
_QUIET = logging.getLogger("medianest_plex.events")
_QUIET.setLevel(logging.WARNING)  # Below that it writes down the headers, and so the token.
_WAITING = 64
"""Frames that may wait here before the server has to."""
_ARRAYS = {
    "timeline": "TimelineEntry",
    "activity": "ActivityNotification",
    "playing": "PlaySessionStateNotification",
}


class Told(NamedTuple):
    """One entry of a frame. `kind` is timeline, activity or playing."""

    kind: str
    entry: Document


class EventSocket:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def next(self) -> list[Told]:
        """What the next frame tells; nothing if that is not for us. Raises `Unavailable` when it is over."""
        try:
            # As bytes: text that is no UTF-8 would end the connection.
            frame = await self._connection.recv(decode=False)
        except WebSocketException as closed:
            raise Unavailable("Plex closed the connection for events.", upstream="Plex") from closed
        return list(read_frame(frame))


@asynccontextmanager
async def event_socket(
    base_url: httpx.URL, *, headers: Mapping[str, str], tls: ssl.SSLContext | None = None
) -> AsyncIterator[EventSocket]:
    """Raises `Unavailable` or `BadUpstream` when it cannot be opened. The headers go to this host only."""
    secure = base_url.scheme == "https"
    address = f"{'wss' if secure else 'ws'}://{base_url.netloc.decode()}{base_url.path.rstrip('/')}{PATH}"
    opening = connect(
        address,
        # Named, so that a redirect to another host is refused instead of followed with the token.
        host=base_url.host,
        port=base_url.port or (443 if secure else 80),
        additional_headers=dict(headers),
        proxy=None,
        ssl=(tls or public_authorities()) if secure else None,
        open_timeout=_OPEN_SECONDS,
        ping_interval=_PING_SECONDS,
        ping_timeout=_PONG_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        max_size=LARGEST_FRAME,
        max_queue=_WAITING,
        logger=_QUIET,
    )
    try:
        connection = await opening
    except InvalidStatus as refused:
        raise BadUpstream(
            f"Plex refused the connection for events with {refused.response.status_code}.", upstream="Plex"
        ) from None
    except (InvalidHandshake, WebSocketException, OSError, ValueError) as failed:
        # What failed may hold the headers that were sent.
        raise Unavailable(f"Plex does not open events: {type(failed).__name__}.", upstream="Plex") from None
    try:
        yield EventSocket(connection)
    finally:
        await connection.close()


def read_frame(frame: bytes) -> Iterable[Told]:
    """Never raises: what cannot be read is counted and left out."""
    try:
        document: Any = json.loads(frame.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        FRAMES.labels("bad").inc()
        return
    container = document.get("NotificationContainer", document) if isinstance(document, dict) else None
    if not isinstance(container, dict):
        FRAMES.labels("bad").inc()
        return
    kind = container.get("type")
    name = _ARRAYS.get(kind) if isinstance(kind, str) else None
    if name is None:
        FRAMES.labels("other").inc()
        return
    FRAMES.labels(kind).inc()
    for entry in entries(container.get(name)):
        yield Told(str(kind), entry)

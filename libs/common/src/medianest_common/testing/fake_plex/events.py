"""The notification socket of the server: what changed, as it changes."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from starlette.responses import HTMLResponse
from starlette.websockets import WebSocket

from .items import TYPE_NUMBER, Item
from .library import ChangeKind
from .recorded import Document

_STATES: dict[ChangeKind, list[tuple[int, str]]] = {
    "created": [(0, "created"), (5, "done")],
    "updated": [(5, "done")],
    "deleted": [(9, "deleted")],
}
_ARRAY = {
    "timeline": "TimelineEntry",
    "activity": "ActivityNotification",
    "playing": "PlaySessionStateNotification",
}


class EventStream:
    """Frames go to every open socket at once; nothing is kept for those who come later."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str]] = set()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.remove(queue)

    def send(self, type: Literal["timeline", "activity", "playing"], entry: Document) -> None:
        self.send_raw(json.dumps({"NotificationContainer": {"type": type, "size": 1, _ARRAY[type]: [entry]}}))

    def send_raw(self, frame: str) -> None:
        """Any text, for the frames a client must survive."""
        for queue in self._listeners:
            queue.put_nowait(frame)

    def item_changed(self, kind: ChangeKind, item: Item) -> None:
        for state, metadata_state in _STATES[kind]:
            entry: Document = {
                "identifier": "com.plexapp.plugins.library",
                "sectionID": str(item.section.key),
                "itemID": item.rating_key,
                "type": TYPE_NUMBER[item.type],
                "title": item.title,
                "state": state,
                "metadataState": metadata_state,
                "updatedAt": int(item.updated_at.timestamp()),
            }
            if item.parent is not None:
                entry |= {"parentItemID": item.parent.rating_key, "rootItemID": item.top.rating_key}
            self.send("timeline", entry)

    def activity(self, event: Literal["started", "updated", "ended"], activity: Document) -> None:
        self.send("activity", {"event": event, "uuid": activity["uuid"], "Activity": activity})


async def notifications(websocket: WebSocket) -> None:
    server: Any = websocket.app.state.server
    token = websocket.headers.get("x-plex-token") or websocket.query_params.get("X-Plex-Token")
    if server.accounts.by_server_token(token) is not server.accounts.owner:
        await websocket.send_denial_response(HTMLResponse("<h1>401 Unauthorized</h1>", status_code=401))
        return
    stream: EventStream = server.events
    with stream.listening() as queue:
        await websocket.accept()
        sender = asyncio.create_task(_pump(queue, websocket))
        try:
            async for _ in websocket.iter_text():
                pass
        finally:
            sender.cancel()


async def _pump(queue: asyncio.Queue[str], websocket: WebSocket) -> None:
    while True:
        await websocket.send_text(await queue.get())

"""Sends what a Plex Media Server sends to the webhook addresses of its owner."""

import json
from typing import Literal

import httpx

from .accounts import FakeAccount
from .images import jpeg
from .items import Item
from .recorded import Document
from .rendering import metadata
from .responses import MediaServer

type WebhookEvent = Literal[
    "library.new",
    "library.on.deck",
    "media.play",
    "media.pause",
    "media.resume",
    "media.stop",
    "media.scrobble",
    "media.rate",
    "playback.started",
    "device.new",
    "admin.database.backup",
    "admin.database.corrupted",
]

_WITH_PICTURE = {"library.new", "library.on.deck", "media.play", "media.rate", "playback.started"}
_WITH_PLAYER = {
    "media.play",
    "media.pause",
    "media.resume",
    "media.stop",
    "media.scrobble",
    "playback.started",
}
_ADDRESS_TIMEOUT = 10.0


def payload(server: MediaServer, event: str, account: FakeAccount, item: Item | None) -> Document:
    document: Document = {
        "event": event,
        "user": True,
        "owner": account.access == "owner",
        "Account": {
            "id": server.sessions.account_id(account),
            "thumb": account.thumb,
            "title": account.title,
        },
        "Server": {"title": server.name, "uuid": server.machine_id},
    }
    if event in _WITH_PLAYER:
        document["Player"] = {
            "local": True,
            "publicAddress": "203.0.113.19",
            "title": "SHIELD Android TV",
            "uuid": "0000000000000001-com-plexapp-android",
        }
    if item is not None:
        described = metadata(item, detail=True)
        described.pop("Media", None)
        document["Metadata"] = {"librarySectionType": item.section.type} | described
    if event == "media.rate":
        document["rating"] = "8.0"
    return document


async def deliver(url: str, document: Document, *, picture_of: Item | None) -> httpx.Response:
    """One attempt, as multipart form data, whatever the answer."""
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("payload", (None, json.dumps(document).encode(), "application/json"))
    ]
    if picture_of is not None and document["event"] in _WITH_PICTURE:
        files.append(("thumb", ("thumb.jpg", jpeg(picture_of.guid, 160, 240), "image/jpeg")))
    async with httpx.AsyncClient(
        timeout=_ADDRESS_TIMEOUT, headers={"User-Agent": "PlexMediaServer/1.43.0"}
    ) as client:
        return await client.post(url, files=files)

"""The fake Plex Media Server."""

import asyncio
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from . import changes, continuing, listing, search
from .events import notifications
from .illustrations import illustration
from .images import jpeg, png
from .listing import with_list
from .recorded import Document, recorded_xml
from .responses import (
    MediaServer,
    answer,
    caller_of,
    owner_of,
    paged,
    refused,
    server_of,
    visible_item,
    visible_section,
    whole_number,
)

_ROOT = recorded_xml("pms/ha_server_base.xml")
_NOT_FLAGS = {"livetv", "streamingBrainABRVersion", "streamingBrainVersion", "updatedAt"}
_OWNER_ONLY = ("myPlexUsername", "diagnostics", "ownerFeatures")
_PICTURES = {"thumb": (400, 600), "art": (1280, 720), "banner": (758, 140), "squareArt": (400, 400)}


def media_server_app(server: MediaServer) -> Starlette:
    app = Starlette(
        routes=[
            Route("/identity", identity),
            Route("/", root),
            *changes.ROUTES,
            *listing.ROUTES,
            *search.ROUTES,
            *continuing.ROUTES,
            Route("/library/metadata/{item:int}/{element}/{version:int}", picture),
            Route("/library/collections/{item:int}/composite/{version:int}", picture),
            Route("/library/sections/{section:int}/composite/{version:int}", section_picture),
            Route("/photo/:/transcode", transcoded_picture),
            Route("/status/sessions", now_playing),
            Route("/status/sessions/history/all", history),
            Route("/accounts", accounts),
            Route("/activities", activities),
            Route("/updater/status", update_status),
            WebSocketRoute("/:/websockets/notifications", notifications),
        ],
        exception_handlers={HTTPException: refused, Exception: refused},
    )
    app.router.redirect_slashes = False
    app.state.server = server
    return app


async def identity(request: Request) -> Response:
    server = server_of(request)
    return answer(
        request,
        {
            "size": 0,
            "apiVersion": "1.2.0",
            "claimed": True,
            "machineIdentifier": server.machine_id,
            "version": server.version,
        },
    )


async def root(request: Request) -> Response:
    account, server = caller_of(request), server_of(request)
    document: Document = {name: _value(name, text) for name, text in _ROOT.attrib.items()} | {
        "friendlyName": server.name,
        "machineIdentifier": server.machine_id,
        "version": server.version,
        "updatedAt": int(server.clock.now().timestamp()),
        "transcoderActiveVideoSessions": sum(
            "TranscodeSession" in session for session in server.sessions.described()
        ),
        "myPlexUsername": account.email or account.username,
    }
    if account.access != "owner":
        document = {name: value for name, value in document.items() if name not in _OWNER_ONLY}
    directories: list[Document] = [
        {"count": int(each.get("count", "1")), "key": each.get("key"), "title": each.get("title")}
        for each in _ROOT
    ]
    return answer(request, document | {"size": len(directories), "Directory": directories})


async def now_playing(request: Request) -> Response:
    owner_of(request)
    playing = server_of(request).sessions.described()
    return answer(request, with_list({"size": len(playing)}, "Metadata", playing))


async def history(request: Request) -> Response:
    owner_of(request)
    since = whole_number(request.query_params.get("viewedAt>")) or 0
    account = whole_number(request.query_params.get("accountID"))
    entries = [
        entry
        for entry in server_of(request).sessions.history
        if entry["viewedAt"] >= since and account in (None, entry["accountID"])
    ]
    newest_first = request.query_params.get("sort", "").startswith("viewedAt:desc")
    entries.sort(key=lambda entry: entry["viewedAt"], reverse=newest_first)
    part, size = paged(request, entries)
    return answer(request, with_list(size, "Metadata", part))


async def accounts(request: Request) -> Response:
    """The owner is number 1 here; number 0 has no name."""
    owner_of(request)
    server = server_of(request)
    known = [
        (0, ""),
        *((server.sessions.account_id(a), a.title) for a in server.accounts.all if a.has_access),
    ]
    entries: list[Document] = [
        {
            "id": number,
            "key": f"/accounts/{number}",
            "name": name,
            "defaultAudioLanguage": "en",
            "autoSelectAudio": True,
            "defaultSubtitleLanguage": "en",
            "subtitleMode": 1,
            "thumb": "",
        }
        for number, name in known
    ]
    return answer(
        request, {"size": len(entries), "identifier": "com.plexapp.system.accounts", "Account": entries}
    )


async def activities(request: Request) -> Response:
    caller_of(request)
    running = server_of(request).running
    return answer(request, with_list({"size": len(running)}, "Activity", running))


async def update_status(request: Request) -> Response:
    """The download address carries the caller's token, as a real server's does."""
    account, server = owner_of(request), server_of(request)
    document: Document = {
        "size": 0,
        "canInstall": False,
        "autoUpdateVersion": 0,
        "checkedAt": int(server.clock.now().timestamp()),
        "status": 0,
    }
    if server.update is not None:
        url = f"https://plex.tv/downloads/latest/5?channel=16&build=linux&X-Plex-Token={account.server_token}"
        release = {
            "key": f"https://plex.tv/updater/releases/{server.update}",
            "version": server.update,
            "added": "",
            "fixed": "Fixes.",
            "downloadURL": url,
            "state": "notify",
        }
        document |= {"size": 1, "downloadURL": url, "Release": [release]}
    return answer(request, document)


async def picture(request: Request) -> Response:
    """Any version is answered with the newest picture."""
    item = visible_item(request)
    size = _PICTURES.get(request.path_params.get("element", "thumb"))
    if size is None or not item.has_thumb:
        raise HTTPException(404)
    return Response(jpeg(item.guid, *size), media_type="image/jpeg")


async def section_picture(request: Request) -> Response:
    return Response(jpeg(visible_section(request).uuid, 400, 400), media_type="image/jpeg")


async def transcoded_picture(request: Request) -> Response:
    """`url` names a picture of this server; what is no item's picture is not found here."""
    caller_of(request)
    query = request.query_params
    width, height = query.get("width", ""), query.get("height", "")
    if not (width.isdecimal() and height.isdecimal() and query.get("url")):
        raise HTTPException(400)
    parts = urlsplit(query["url"]).path.split("/")
    if not query["url"].startswith("/library/") or len(parts) < 4 or not parts[3].isdecimal():
        raise HTTPException(404)
    item = visible_item(request, int(parts[3]))
    if not item.has_thumb:
        raise HTTPException(404)
    if server_of(request).illustrated:
        body = await asyncio.to_thread(illustration, item, int(width), int(height))
        return Response(body, media_type="image/png")
    if query.get("format") == "png":
        return Response(png(item.guid, int(width), int(height)), media_type="image/png")
    return Response(jpeg(item.guid, int(width), int(height)), media_type="image/jpeg")


def _value(name: str, text: str) -> object:
    """JSON has booleans and numbers where XML has text."""
    if not text.lstrip("-").isdecimal():
        return text
    return text == "1" if text in ("0", "1") and name not in _NOT_FLAGS else int(text)

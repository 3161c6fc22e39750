"""How a Plex Media Server answers: XML unless JSON is asked for, pages, and HTML for errors."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from medianest_common.clock import Clock

from .accounts import FakeAccount, PlexAccounts
from .disk import look_through
from .events import EventStream
from .items import Item, Section
from .library import FakeLibrary
from .quirks import Quirks
from .recorded import Document
from .scans import Scans
from .sessions import Sessions
from .watching import Watching
from .xml import server_xml

_PROTOCOL = {"X-Plex-Protocol": "1.0"}


@dataclass(eq=False, kw_only=True)
class MediaServer:
    """Everything the routes of the server work on."""

    machine_id: str
    name: str
    version: str
    clock: Clock
    accounts: PlexAccounts
    library: FakeLibrary
    events: EventStream
    sessions: Sessions
    quirks: Quirks
    running: list[Document] = field(default_factory=list)
    """Activities that go on."""
    update: str | None = None
    """The version of an update on offer."""
    lists: dict[Any, list[Item]] = field(default_factory=dict)
    """Sorted and filtered lists, kept while the library does not change."""
    watching: Watching = field(default_factory=Watching)
    illustrated: bool = False
    """Pictures show something: slower to make, and PNG."""

    def __post_init__(self) -> None:
        self.scans = Scans(activities=self.running, tell=self.events.activity, scanned=self._scanned)

    def _scanned(self, section: Section, path: str | None) -> None:
        self.library.scan(section, path)
        look_through(self.library, section, path)

    def visible_sections(self, account: FakeAccount) -> list[Section]:
        shared = account.libraries
        return [s for s in self.library.sections.values() if shared is None or s.title in shared]

    def can_see(self, account: FakeAccount, item: Item) -> bool:
        return account.libraries is None or item.section.title in account.libraries


def server_of(request: Request) -> MediaServer:
    server: MediaServer = request.app.state.server
    return server


def caller_of(request: Request) -> FakeAccount:
    token = request.headers.get("x-plex-token") or request.query_params.get("X-Plex-Token")
    account = server_of(request).accounts.by_server_token(token)
    if account is None:
        raise HTTPException(401)
    return account


def owner_of(request: Request) -> FakeAccount:
    account = caller_of(request)
    if account.access != "owner":
        raise HTTPException(403)
    return account


def visible_section(request: Request) -> Section:
    server, account = server_of(request), caller_of(request)
    section = server.library.sections.get(request.path_params["section"])
    if section is None or section not in server.visible_sections(account):
        raise HTTPException(404)
    return section


def visible_item(request: Request, key: int | None = None) -> Item:
    server, account = server_of(request), caller_of(request)
    item = server.library.items.get(request.path_params["item"] if key is None else key)
    if item is None or not server.can_see(account, item):
        raise HTTPException(404)
    return item


def answer(request: Request, container: Document) -> Response:
    server = server_of(request)
    headers = dict(_PROTOCOL)
    if "offset" in container:
        headers["X-Plex-Container-Start"] = str(container["offset"])
    if "totalSize" in container and not server.quirks.missing_total_size:
        headers["X-Plex-Container-Total-Size"] = str(container["totalSize"])
    container = server.quirks.apply(container)
    if "application/json" in request.headers.get("accept", ""):
        text = json.dumps({"MediaContainer": container}, ensure_ascii=False, separators=(",", ":"))
        # Half a character cannot be encoded, and comes as the escape that it is in JSON.
        encoded = (
            text.encode("latin-1", "replace")
            if server.quirks.latin
            else text.encode(errors="backslashreplace")
        )
        return Response(encoded, media_type="application/json", headers=headers)
    return Response(
        server_xml("MediaContainer", container), media_type="text/xml;charset=utf-8", headers=headers
    )


def paged[T](request: Request, entries: list[T]) -> tuple[list[T], Document]:
    """The part that was asked for, and `size`, `offset` and `totalSize` for its container.

    Without paging in the request there is no `offset` and no `totalSize`, as recorded.
    """
    quirks = server_of(request).quirks
    start = _paging_number(request, "X-Plex-Container-Start")
    size = _paging_number(request, "X-Plex-Container-Size")
    limit = whole_number(request.query_params.get("limit"))
    if limit is not None:
        entries = entries[:limit]
    if quirks.ignore_paging or (start is None and size is None):
        return entries, {"size": len(entries)}
    if quirks.page_cap is not None:
        size = quirks.page_cap if size is None else min(size, quirks.page_cap)
    first = start or 0
    if quirks.page_floor is not None and size:
        size = max(size, quirks.page_floor)
    if quirks.repeats_first:
        entries = entries[:1] + entries
    part = entries[first:] if size is None else entries[first : first + size]
    if size != 0:
        quirks.after_page(first)
    return part, {"size": len(part), "offset": first, "totalSize": len(entries)}


def error_page(status: int) -> tuple[bytes, bytes]:
    """The content type and the body."""
    phrase = HTTPStatus(status).phrase
    page = f"<html><head><title>{phrase}</title></head><body><h1>{status} {phrase}</h1></body></html>"
    return b"text/html", page.encode()


async def refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return HTMLResponse(error_page(status)[1], status_code=status, headers=_PROTOCOL)


def flag(request: Request, name: str) -> bool:
    return request.query_params.get(name) in ("1", "true")


def _paging_number(request: Request, name: str) -> int | None:
    return whole_number(request.query_params.get(name) or request.headers.get(name))


def whole_number(text: str | None) -> int | None:
    """Of a query value; what is not one is a bad request."""
    if text is None:
        return None
    if not text.isdecimal():
        raise HTTPException(400)
    return int(text)

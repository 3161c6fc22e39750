"""Our client and the pretend server, with Plex's published description standing between them.

Prism passes every question on and answers 4xx or 500 itself where a question or an answer is not as described.
`PRISM` may name its command; otherwise npm fetches it.
"""

import asyncio
import json
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import medianest_common.testing
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex import GetImage, ListRecentlyAdded, SearchLibrary
from medianest_common.contracts.plex.changes import (
    ChangeCollection,
    CreateCollection,
    DeleteCollection,
    GetScan,
    ScanLibrary,
)
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.http_server import serve
from medianest_plex.adapters import changing, viewing
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE, open_app
from medianest_plex.sync import Sync

pytestmark = pytest.mark.long

PRISM = os.environ.get("PRISM", "npx --yes @stoplight/prism-cli@5")
START_SECONDS = 180.0
DESCRIPTION = (
    Path(medianest_common.testing.__path__[0]) / "fixtures/plex/openapi/plex_media_server_1.2.0.json"
)
# Real servers answer these, and every client uses them, though the description does not have them.
UNDESCRIBED = [
    "/accounts",
    "/library/metadata/{id}/children",
    "/library/sections",
    "/:/websockets/notifications",
]
HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "host", "accept-encoding"}


def described() -> dict[str, Any]:
    """The published description, with what real servers were recorded to do otherwise left open."""
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text("utf-8"))
    anything = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}}
    for path in UNDESCRIBED:
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in names
        ]
        document["paths"][path] = {"get": anything | {"parameters": parameters}}
    # Described as PUT, sent as DELETE by Plex's own clients; deleted collections are answered with nothing.
    member = document["paths"]["/library/collections/{collectionId}/items/{itemId}"]
    member["delete"] = member["put"]
    document["components"]["securitySchemes"] = {
        "token": {"type": "apiKey", "in": "header", "name": "X-Plex-Token"}
    }
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("name") == "ids" and parameter.get("in") == "path":
                    parameter["schema"] = {}  # Prism dies of lists in paths.
                if parameter.get("name") == "smart":
                    parameter["schema"] = {
                        "enum": ["0", "1"]
                    }  # As all clients send it, and not as a boolean.
            operation["security"] = [] if path == "/identity" else [{"token": []}]
            for response in operation["responses"].values():
                response.setdefault("description", "")
    _leave_open(document)
    return document


def _leave_open(node: Any) -> None:
    """0 and 1 stand for booleans in two places, and external ids are text."""
    if isinstance(node, list):
        for each in node:
            _leave_open(each)
    if not isinstance(node, dict):
        return
    properties = node.get("properties")
    if isinstance(properties, dict):
        for name in {"optimizedForStreaming", "hidden"} & properties.keys():
            properties[name] = {}
        guid = properties.get("Guid")
        if isinstance(guid, dict):
            properties["Guid"] = {"type": "array"}
    for each in node.values():
        _leave_open(each)


@dataclass
class Gate:
    """Everything that goes through Prism, and what it found wrong."""

    url: str
    asked: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)


@asynccontextmanager
async def gate_to(upstream: str, folder: Path) -> AsyncIterator[Gate]:
    description = folder / "description.json"
    description.write_text(json.dumps(described()), "utf-8")
    async with _prism(description, upstream) as prism, httpx.AsyncClient(timeout=30) as http:
        gate = Gate("")

        async def through(request: Request) -> Response:
            headers = {name: value for name, value in request.headers.items() if name not in HOP}
            address = f"{prism}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
            answer = await http.request(request.method, address, headers=headers)
            gate.asked.add(f"{request.method} {request.url.path}")
            kind = answer.headers.get("content-type", "")
            if "problem+json" in kind:
                gate.violations.append(f"{request.method} {request.url.path}: {answer.text}")
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
            return Response(answer.content, answer.status_code, kept)

        app = Starlette(
            routes=[Route("/{path:path}", through, methods=["GET", "POST", "PUT", "DELETE", "PATCH"])]
        )
        async with serve(app) as gate.url:
            yield gate


@asynccontextmanager
async def _prism(description: Path, upstream: str) -> AsyncIterator[str]:
    port = free_port()
    log = description.with_suffix(".log")
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(PRISM),
            "proxy",
            str(description),
            upstream,
            "--errors",
            "--port",
            str(port),
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(timeout=5) as http:

                async def answers() -> bool:
                    assert process.returncode is None, log.read_text()
                    try:
                        return bool((await http.get(f"{url}/identity")).status_code)
                    except httpx.TransportError:
                        return False

                await eventually(answers, within=START_SECONDS)
            yield url
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            await process.wait()


@pytest.mark.timeout(400)
async def test_neither_we_nor_the_pretend_server_break_the_description(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with FakePlex.start() as plex, gate_to(plex.server_url, tmp_path) as gate:
        films = [
            plex.library.add_movie(
                title, year, tmdb=year, imdb=f"tt{year}", genres=["Crime"], roles=["Al Pacino"]
            )
            for title, year in [("Heat", 1995), ("Alien", 1979), ("Arrival", 2016)]
        ]
        plex.library.add_show("Severance", 2022, tvdb=371980, seasons={0: 1, 1: 3})
        plex.library.add_collection("Mine", films[:1])
        plex.sessions.play(plex.owner, films[0])
        home = await _portal(sandbox, gate.url, plex)
        try:
            await _look_at_everything(home, sandbox)
            await _change_everything(home, sandbox, films)
        finally:
            assert gate.violations == []
        assert len(gate.asked) >= 15, sorted(gate.asked)


@pytest.mark.timeout(400)
async def test_the_gate_finds_what_is_wrong(tmp_path: Path) -> None:
    """Or else that it finds nothing would mean nothing."""
    async with FakePlex.start() as plex, gate_to(plex.server_url, tmp_path) as gate:
        plex.library.add_movie("Heat", 1995)
        token = {"X-Plex-Token": plex.server_token, "Accept": "application/json"}
        async with httpx.AsyncClient(base_url=gate.url, headers=token) as http:
            await http.get("/library/sections/1/all")
            assert gate.violations == []
            await http.get("/photo/:/transcode", params={"width": "wide", "height": 1, "url": "/x"})
            plex.quirks.stringly = True
            await http.get("/library/sections/1/all")
            await http.get("/no/such/path")
            await http.get("/library/sections/1/all", headers={"X-Plex-Token": ""})
    assert len(gate.violations) >= 3, gate.violations


async def _portal(sandbox: Sandbox, url: str, plex: FakePlex) -> PlexApp:
    opened: list[PlexApp] = []

    @asynccontextmanager
    async def opening(runtime: Any) -> AsyncIterator[PlexApp]:
        async with open_app(runtime) as app:
            opened.append(app)
            yield app

    quiet = replace(SERVICE, open_app=opening, handlers=replace(SERVICE.handlers, timers=[], listeners=[]))
    await sandbox.start(quiet, plex_url=url, plex_token=plex.server_token)
    await opened[0].plex.watch.look(patience=10)
    return opened[0]


async def _look_at_everything(app: PlexApp, sandbox: Sandbox) -> None:
    pms, token = app.plex.pms, app.plex.token
    await Sync(app).beat()
    sections = await pms.sections(token=token)
    for section in sections:
        await pms.count(section, token=token)
        await pms.newest(section, limit=20, token=token)
    await viewing.now_playing(pms, token=token)
    await viewing.history(pms, start=0, size=50, since=0, token=token)
    await viewing.account_names(pms, token=token)
    assert await pms.search("heat", limit=5, token=token)
    with sandbox.as_user(role=Role.ADMIN):
        newest = await sandbox.bus.call(ListRecentlyAdded(), timeout=10)
        assert (await sandbox.bus.call(SearchLibrary(query="heat"), timeout=10)).items
        key = next(item.image for item in newest.items if item.image)
        await sandbox.bus.call_raw(GetImage(key=key or "", width=160, height=240), timeout=10)


async def _change_everything(app: PlexApp, sandbox: Sandbox, films: list[str]) -> None:
    with sandbox.as_user(role=Role.ADMIN):
        made = await sandbox.bus.call(
            CreateCollection(title="Nights", library_key="1", rating_keys=films[:2]), timeout=20
        )
        changed = await sandbox.bus.call(
            ChangeCollection(rating_key=made.rating_key, add=films[2:], remove=films[:1]), timeout=20
        )
        assert changed.item_count == 2
        await sandbox.bus.call(DeleteCollection(rating_key=made.rating_key), timeout=20)
        await sandbox.bus.call(ScanLibrary(library_key="1", path="/data/Movies/New"), timeout=20)
        await sandbox.bus.call(GetScan(library_key="1"), timeout=20)
    assert await changing.places(app.plex.pms, token=app.plex.token)

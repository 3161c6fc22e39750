"""The pretend media server's answers against Plex's published description of its API."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route, WebSocketRoute

import medianest_common.testing
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_plex.server import media_server_app

DESCRIPTION: dict[str, Any] = json.loads(
    (
        Path(medianest_common.testing.__path__[0]) / "fixtures/plex/openapi/plex_media_server_1.2.0.json"
    ).read_text("utf-8")
)

# Real servers answer these, and every client uses them, though the description leaves them out or names them otherwise.
UNDOCUMENTED = {
    "/:/websockets/notifications",
    "/accounts",
    "/library",
    "/library/",
    "/library/collections/{}",
    "/library/collections/{}/children",
    "/library/collections/{}/composite/{}",
    "/library/metadata/{}/children",
    "/library/metadata/{}/grandchildren",
    "/library/recentlyAdded",
    "/library/sections",
    "/library/sections/",
    "/library/sections/{}/composite/{}",
    "/library/sections/{}/{}",
    "/library/sections/{}/recentlyAdded",
}

# Recorded servers answer these otherwise than described: 0 and 1 for a boolean, text for an external id.
RECORDED_OTHERWISE = re.compile(r"(Media/\d+/optimizedForStreaming|Directory/\d+/hidden|Guid/\d+/id)$")


def schema(path: str) -> dict[str, Any]:
    responses = DESCRIPTION["paths"][path]["get"]["responses"]
    response = responses["200"]
    if "$ref" in response:
        response = DESCRIPTION["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    found: dict[str, Any] = response["content"]["application/json"]["schema"]
    return found | {"components": DESCRIPTION["components"]}


def faults(path: str, document: Any) -> list[str]:
    validator = Draft202012Validator(schema(path))
    found = []
    for error in validator.iter_errors(document):
        deepest = error
        while deepest.context:
            deepest = deepest.context[0]
        place = "/".join(map(str, deepest.absolute_path))
        if not RECORDED_OTHERWISE.search(place):
            found.append(f"{place}: {deepest.message}")
    return found


@pytest.fixture
def filled(plex: FakePlex) -> FakePlex:
    films = [
        plex.library.add_movie(
            "Heat", 1995, tmdb=949, imdb="tt0113277", genres=["Crime"], roles=["Al Pacino"]
        ),
        plex.library.add_movie("The Matrix", 1999, tmdb=603),
        plex.library.add_movie("Home video"),
    ]
    show = plex.library.add_show("The 100", 2014, tvdb=268592, seasons={0: 1, 1: 3}, roles=["Eliza Taylor"])
    plex.library.add_collection("Mine", films[:2])
    watched = plex.sessions.play(plex.owner, films[0])
    plex.sessions.play(plex.add_friend("frida"), films[1], transcode=True)
    plex.sessions.stop(watched)
    plex.media_server.update = "1.44.0.1"
    assert show == "4"
    return plex


@pytest.mark.parametrize(
    "path, asked",
    [
        ("/", "/"),
        ("/identity", "/identity"),
        ("/activities", "/activities"),
        ("/hubs/search", "/hubs/search?query=a"),
        ("/hubs/search", "/hubs/search?query=pacino"),
        ("/hubs/promoted", "/hubs/promoted"),
        ("/hubs/continueWatching", "/hubs/continueWatching"),
        ("/library/collections/{collectionId}/items", "/library/collections/10/items"),
        ("/library/metadata/{ids}", "/library/metadata/1"),
        ("/library/metadata/{ids}", "/library/metadata/1,4,5,6"),
        ("/library/metadata/{ids}", "/library/metadata/4?includeChildren=1"),
        ("/library/metadata/{ids}/allLeaves", "/library/metadata/4/allLeaves"),
        ("/library/sections/all", "/library/sections/all"),
        ("/library/sections/all", "/library/sections"),
        ("/library/sections/{sectionId}", "/library/sections/1?includeDetails=1"),
        ("/library/sections/{sectionId}/all", "/library/sections/1/all?includeGuids=1"),
        ("/library/sections/{sectionId}/all", "/library/sections/2/all?X-Plex-Container-Size=1"),
        ("/library/sections/{sectionId}/all", "/library/sections/2/all?type=4&includeGuids=1"),
        ("/library/sections/{sectionId}/all", "/library/recentlyAdded?includeGuids=1"),
        ("/library/sections/{sectionId}/collections", "/library/sections/1/collections"),
        ("/status/sessions", "/status/sessions"),
        ("/status/sessions/history/all", "/status/sessions/history/all"),
        ("/updater/status", "/updater/status"),
    ],
)
async def test_answers_have_the_published_shape(
    filled: FakePlex, server: httpx.AsyncClient, path: str, asked: str
) -> None:
    answer = await server.get(asked)
    assert answer.status_code == 200
    assert faults(path, answer.json()) == []


async def test_the_check_notices_a_wrong_type(filled: FakePlex, server: httpx.AsyncClient) -> None:
    filled.quirks.stringly = True
    found = faults("/library/sections/{sectionId}/all", (await server.get("/library/sections/1/all")).json())
    assert any("year" in fault for fault in found)


async def test_pictures_have_a_published_type(filled: FakePlex, server: httpx.AsyncClient) -> None:
    documented = DESCRIPTION["paths"]["/library/metadata/{ids}/{element}/{timestamp}"]["get"]["responses"]
    answer = await server.get("/library/metadata/1/thumb/1")
    assert answer.headers["content-type"] in documented["200"]["content"]


def test_every_path_is_published_or_known_not_to_be(plex: FakePlex) -> None:
    published = {_shape(path) for path in DESCRIPTION["paths"]}
    assert {path for path in _paths(plex) if path not in published} == UNDOCUMENTED


def _paths(plex: FakePlex) -> Iterator[str]:
    for route in media_server_app(plex.media_server).routes:
        assert isinstance(route, Route | WebSocketRoute)
        yield _shape(route.path)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)

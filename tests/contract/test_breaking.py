"""Nobody who uses the API, or a message on the bus, is broken by an update without its being meant and told."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tools.breaking import DOCS, RELEASED, breaks, broken_messages, broken_operations, released, without_words

FILM = "#/components/schemas/Film"


def _api() -> dict[str, Any]:
    """As small as it can be with everything in it that can break."""
    return {
        "security": [{"bearer": []}],
        "paths": {
            "/films": {
                "get": {
                    "operationId": "listFilms",
                    "security": [],
                    "parameters": [
                        {
                            "in": "query",
                            "name": "sort",
                            "required": False,
                            "schema": {"type": "string", "enum": ["newest", "oldest"]},
                        },
                        {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}},
                    ],
                    "responses": {
                        "200": {
                            "content": {
                                "application/json": {"schema": {"type": "array", "items": {"$ref": FILM}}}
                            }
                        },
                        "404": {"$ref": "#/components/responses/Problem404"},
                    },
                },
                "post": {
                    "operationId": "addFilm",
                    "requestBody": {
                        "required": False,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewFilm"}}},
                    },
                    "responses": {"201": {"content": {}}},
                },
            },
        },
        "components": {
            "responses": {"Problem404": {"content": {"application/problem+json": {"schema": {}}}}},
            "schemas": {
                "Film": {
                    "type": "object",
                    "required": ["title", "year"],
                    "properties": {
                        "title": {"type": "string"},
                        "year": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                        "note": {"type": "string"},
                        "like": {"type": "array", "items": {"$ref": FILM}},
                    },
                },
                "NewFilm": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["title"],
                    "properties": {
                        "title": {"type": "string", "maxLength": 80},
                        "kind": {"enum": ["movie", "tv"]},
                        "year": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    },
                },
            },
        },
    }


def _list(api: dict[str, Any]) -> Any:
    return api["paths"]["/films"]["get"]


def _post(api: dict[str, Any]) -> Any:
    return api["paths"]["/films"]["post"]


def _film(api: dict[str, Any]) -> Any:
    return api["components"]["schemas"]["Film"]["properties"]


def _new(api: dict[str, Any]) -> Any:
    return api["components"]["schemas"]["NewFilm"]


_BREAKS: dict[str, Callable[[Any], Any]] = {
    "GET /films: is gone": lambda api: api["paths"].pop("/films"),
    "POST /films: is gone": lambda api: api["paths"]["/films"].pop("post"),
    "GET /films: asks now who it is": lambda api: _list(api).pop("security"),
    "GET /films: is called films in generated clients, and was listFilms": lambda api: _list(api).update(
        operationId="films"
    ),
    "GET /films: query parameter limit is gone": lambda api: _list(api)["parameters"].pop(),
    "GET /films: query parameter limit is needed now": lambda api: _list(api)["parameters"][1].update(
        required=True
    ),
    "GET /films: query parameter limit takes less: maximum is 50": lambda api: _list(api)["parameters"][1][
        "schema"
    ].update(maximum=50),
    "GET /films: query parameter limit is of another type": lambda api: _list(api)["parameters"][1].update(
        schema={"type": "boolean"}
    ),
    "GET /films: query parameter sort no longer takes oldest": lambda api: _list(api)["parameters"][0][
        "schema"
    ]["enum"].remove("oldest"),
    "GET /films: query parameter genre is new and needed": lambda api: _list(api)["parameters"].append(
        {"in": "query", "name": "genre", "required": True, "schema": {"type": "string"}}
    ),
    "GET /films: 404 is no longer answered": lambda api: _list(api)["responses"].pop("404"),
    "GET /films: 200 is no longer application/json": lambda api: _list(api)["responses"]["200"].update(
        content={"text/html": {}}
    ),
    "GET /films: 200[].note is gone": lambda api: _film(api).pop("note"),
    "GET /films: 200[].title is of another type": lambda api: _film(api).update(title={"type": "integer"}),
    "GET /films: 200[].title may be missing now": lambda api: api["components"]["schemas"]["Film"][
        "required"
    ].remove("title"),
    "GET /films: 200[].note is of another type": lambda api: _film(api).update(
        note={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "POST /films: a body is needed now": lambda api: _post(api)["requestBody"].update(required=True),
    "POST /films: no body is taken any more": lambda api: _post(api).pop("requestBody"),
    "POST /films: body.year is gone": lambda api: _new(api)["properties"].pop("year"),
    "POST /films: body.kind no longer takes tv": lambda api: _new(api)["properties"]["kind"]["enum"].remove(
        "tv"
    ),
    "POST /films: body.kind is needed now": lambda api: _new(api)["required"].append("kind"),
    "POST /films: body.year is of another type": lambda api: _new(api)["properties"].update(
        year={"type": "integer"}
    ),
    "POST /films: body.title takes less: maxLength is 40": lambda api: _new(api)["properties"][
        "title"
    ].update(maxLength=40),
    "POST /films: body.title takes less: pattern is ^a": lambda api: _new(api)["properties"]["title"].update(
        pattern="^a"
    ),
    "POST /films: body.server is new and needed": lambda api: (
        _new(api)["properties"].update(server={"type": "string"}),
        _new(api)["required"].append("server"),
    ),
}

_ADDITIONS: dict[str, Callable[[Any], Any]] = {
    "a path": lambda api: api["paths"].update({"/shows": _api()["paths"]["/films"]}),
    "a method": lambda api: api["paths"]["/films"].update(delete={"responses": {"204": {}}}),
    "a parameter that may be left out": lambda api: _list(api)["parameters"].append(
        {"in": "query", "name": "genre", "schema": {"type": "string"}}
    ),
    "a value that is taken": lambda api: _list(api)["parameters"][0]["schema"]["enum"].append("best"),
    "a higher maximum": lambda api: _list(api)["parameters"][1]["schema"].update(maximum=1000),
    "a field in an answer": lambda api: _film(api).update(poster={"type": "string"}),
    "a field that is always there now": lambda api: api["components"]["schemas"]["Film"]["required"].append(
        "note"
    ),
    "never null any more in an answer": lambda api: _film(api).update(year={"type": "integer"}),
    "a field that may be sent": lambda api: _new(api)["properties"].update(server={"type": "string"}),
    "null for a field that may be sent": lambda api: _new(api)["properties"].update(
        title={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "a status": lambda api: _list(api)["responses"].update({"503": {}}),
    "another name of a schema": lambda api: (
        api["components"]["schemas"].update(Movie=api["components"]["schemas"]["Film"]),
        _list(api)["responses"]["200"]["content"]["application/json"]["schema"].update(
            items={"$ref": "#/components/schemas/Movie"}
        ),
    ),
    "an answer that was described once": lambda api: _list(api)["responses"].update(
        {"404": api["components"]["responses"]["Problem404"]}
    ),
}


@pytest.mark.parametrize("found", _BREAKS)
def test_a_break_is_found(found: str) -> None:
    changed = _api()
    _BREAKS[found](changed)
    assert found in broken_operations(_api(), changed)


@pytest.mark.parametrize("addition", _ADDITIONS)
def test_more_breaks_nothing(addition: str) -> None:
    changed = _api()
    _ADDITIONS[addition](changed)
    assert broken_operations(_api(), changed) == []


def test_what_is_kept_of_a_release_finds_the_same() -> None:
    kept = without_words(_api())
    assert broken_operations(kept, _api()) == []
    changed = copy.deepcopy(_api())
    _film(changed).pop("title")
    assert broken_operations(kept, changed) == ["GET /films: 200[].title is gone"]


_TOLD = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "at": {"type": "string"}},
}


@pytest.mark.parametrize(
    "subject,field,needed,found",
    [
        ("evt.media.request.approved", None, False, ["evt.media.request.approved: at is gone"]),
        ("evt.media.request.approved", "by", True, []),
        ("rpc.media.approve_request", "by", True, ["rpc.media.approve_request: by is new and needed"]),
        ("rpc.media.approve_request", "by", False, []),
        ("job.media.submit_request", "by", True, ["job.media.submit_request: by is new and needed"]),
    ],
)
def test_messages_keep_what_is_read_and_need_no_more(
    subject: str, field: str | None, needed: bool, found: list[str]
) -> None:
    changed = copy.deepcopy(_TOLD)
    if field is None:
        changed["properties"].pop("at")  # type: ignore[attr-defined]
    else:
        changed["properties"][field] = {"type": "string"}  # type: ignore[index]
        changed["required"] += [field] if needed else []  # type: ignore[operator]
    assert broken_messages({subject: _TOLD}, {subject: changed}) == found
    assert broken_messages({subject: _TOLD}, {}) == [f"{subject}: is gone"]


def test_nothing_of_the_last_release_is_broken_unless_it_is_meant_and_told() -> None:
    intended: dict[str, str] = json.loads((RELEASED / "intended.json").read_text())
    found = breaks()
    told = (DOCS.parent / "CHANGELOG.md").read_text()
    assert [line for line in found if line not in intended] == [], "see tools/breaking.py for what to do"
    assert [line for line in intended if line not in found] == [], "these are no breaks, or not any more"
    untold = [
        why for why in intended.values() if not (DOCS / "decisions" / why).is_file() and why not in told
    ]
    assert untold == [], "explain it in a decision or in the changelog"


def test_the_last_release_was_kept_whole() -> None:
    api, messages = released()
    assert len(api["paths"]) > 200
    assert {"evt.media.request.approved", "rpc.media.request_media"} <= messages.keys()

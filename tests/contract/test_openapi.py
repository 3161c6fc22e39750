"""The description of the HTTP API: complete, readable, and with examples that are true."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import TypeAdapter, ValidationError

from medianest.documents import openapi_document
from medianest_common.web.description import operation_id, operations
from medianest_gateway.reference import ABOUT, REFUSALS
from tools.refusals import routes, written

PROBLEM = "application/problem+json"
JSON = "application/json"

type Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return asyncio.run(openapi_document())


def _resolved(document: Document, thing: Any) -> Any:
    while "$ref" in thing:
        found: Any = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


def _shown(document: Document, media_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and every answer of a media type, with a name to complain by."""
    for path, method, operation in operations(document):
        name = f"{method.upper()} {path}"
        body = operation.get("requestBody", {}).get("content", {})
        if media_type in body:
            yield f"{name} body", body[media_type]
        for status, answer in operation["responses"].items():
            content = _resolved(document, answer).get("content", {})
            if media_type in content:
                yield f"{name} {status}", content[media_type]


def _complaints(document: Document, schema: Any, value: Any) -> list[str]:
    validator = Draft202012Validator(
        {**schema, "components": document["components"]}, format_checker=FormatChecker()
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_all_that_it_refers_to_is_in_it(document: Document) -> None:
    def look(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from look(value)
        elif isinstance(node, list):
            for value in node:
                yield from look(value)

    for reference in set(look(document)):
        _resolved(document, {"$ref": reference})


def test_every_operation_has_a_name_of_its_own_that_programs_and_people_can_read(document: Document) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z0-9][a-z0-9]*)*", name)] == []
    assert {"requestMedia", "listRequests", "signIn", "startDownload", "getHealth"} <= names.keys()
    summaries = {operation["operationId"]: operation["summary"] for _, _, operation in operations(document)}
    assert summaries["updateYtdlp"] == "Update yt-dlp"
    assert summaries["refreshCsrf"] == "Refresh CSRF"


def test_schemas_are_not_named_after_modules(document: Document) -> None:
    assert [name for name in document["components"]["schemas"] if "_" in name] == []


def test_every_tag_is_explained_and_used_and_they_stand_in_their_order(document: Document) -> None:
    explained = [tag["name"] for tag in document["tags"]]
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    assert explained == list(ABOUT.tags)
    assert set(explained) == used
    assert all(tag["description"].endswith(".") for tag in document["tags"])


def test_every_json_body_and_answer_shows_a_valid_example(document: Document) -> None:
    wrong = {}
    for name, content in _shown(document, JSON):
        if "example" not in content:
            wrong[name] = ["no example: add what is missing to medianest_common.contracts.examples"]
        elif complaints := _complaints(document, content.get("schema", {}), content["example"]):
            wrong[name] = complaints
    assert wrong == {}
    assert sum(1 for _ in _shown(document, JSON)) > 300, "all were looked at"


def test_every_body_that_is_shown_is_one_that_the_gateway_takes(document: Document) -> None:
    """Rules between two fields no schema can say."""
    bodies = {
        operation["operationId"]: content["example"]
        for _, _, operation in operations(document)
        if (content := operation.get("requestBody", {}).get("content", {}).get(JSON))
    }
    taken, refused = set[str](), dict[str, str]()
    for route in routes():
        name = operation_id(route)
        if route.body_field is not None and name in bodies:
            taken.add(name)
            try:
                kind: Any = route.body_field.field_info.annotation
                TypeAdapter(kind).validate_python(bodies[name])
            except ValidationError as error:
                refused[name] = str(error)
    assert refused == {}
    assert len(taken) > 80


def test_an_example_that_does_not_fit_is_found_out(document: Document) -> None:
    body = document["paths"]["/api/v1/media/request"]["post"]["requestBody"]["content"][JSON]
    assert _complaints(document, body["schema"], body["example"]) == []
    assert _complaints(document, body["schema"], {**body["example"], "tmdbId": "603"})


def test_examples_are_of_one_household(document: Document) -> None:
    """Whoever reads on finds the same film and the same people again."""
    request = document["paths"]["/api/v1/media/requests/{id}"]["get"]["responses"]["200"]["content"][JSON]
    assert request["example"]["title"] == "The Matrix"
    assert request["example"]["tmdbId"] == 603
    me = document["paths"]["/api/v1/users/me"]["get"]["responses"]["200"]["content"][JSON]["example"]
    assert me["id"] == request["example"]["requestedBy"]["id"]


def test_every_refusal_shows_valid_examples_of_its_own_status(document: Document) -> None:
    wrong = []
    for name, content in _shown(document, PROBLEM):
        examples = [_resolved(document, example)["value"] for example in content.get("examples", {}).values()]
        if not examples:
            wrong.append(f"{name}: no example")
        for example in examples:
            if example["status"] != int(name.rpartition(" ")[2]):
                wrong.append(f"{name}: {example['code']} is a {example['status']}")
            wrong += [f"{name}: {text}" for text in _complaints(document, content["schema"], example)]
    assert wrong == []


def test_every_code_says_what_to_do(document: Document) -> None:
    examples = document["components"]["examples"]
    assert len(examples) > 150
    assert [code for code, example in examples.items() if not example["value"].get("detail")] == []


@pytest.mark.parametrize(
    "operation,status,codes",
    [
        ("requestMedia", "409", {"ALREADY_REQUESTED", "ALREADY_AVAILABLE"}),
        ("requestMedia", "403", {"QUOTA_EXCEEDED"}),
        ("requestMedia", "422", {"IDEMPOTENCY_KEY_REUSED"}),
        ("searchTitles", "503", {"SEARCH_UNAVAILABLE"}),
        ("signIn", "401", {"INVALID_CREDENTIALS"}),
        ("signIn", "503", {"AUTH_BUSY"}),
        ("refreshSession", "401", {"TOKEN_REUSED"}),
        ("verifyPlexSignIn", "403", {"NO_SERVER_ACCESS"}),
        ("verifyPlexSignIn", "503", {"PLEX_UNREACHABLE"}),
        ("startDownload", "409", {"DUPLICATE_DOWNLOAD"}),
        ("startDownload", "422", {"UNSUPPORTED_URL"}),
        ("startDownload", "507", {"NO_SPACE"}),
        ("deleteMonitor", "409", {"MONITOR_IS_AUTOMATIC"}),
    ],
)
def test_an_operation_names_the_codes_that_it_answers_with(
    document: Document, operation: str, status: str, codes: set[str]
) -> None:
    found = next(each for _, _, each in operations(document) if each["operationId"] == operation)
    answer = _resolved(document, found["responses"][status])
    assert codes <= answer["content"][PROBLEM]["examples"].keys()
    assert all(f"`{code}`" in answer["description"] for code in codes)


def test_no_operation_names_what_it_cannot_meet(document: Document) -> None:
    found = next(each for _, _, each in operations(document) if each["operationId"] == "approveRequest")
    codes = _resolved(document, found["responses"]["409"])["content"][PROBLEM]["examples"]
    assert list(codes) == ["WRONG_STATE", *(code for code in codes if code.startswith("IDEMPOTENCY"))]


def test_what_is_kept_of_refusals_is_what_the_code_says() -> None:
    assert written() == REFUSALS.read_text(), "run: make docs"


def test_it_is_small_enough_to_be_kept_by_browsers(document: Document) -> None:
    """Above two megabytes no ETag is made."""
    assert len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()) < 2 << 20


def test_what_the_source_says_of_a_field_is_said_here_too(document: Document) -> None:
    fields = document["components"]["schemas"]["RequestMediaBody"]["properties"]
    assert fields["usesQuota"]["description"].startswith("Whether it counts for the quota")


def test_every_operation_says_what_its_name_cannot(document: Document) -> None:
    silent = [
        operation["operationId"]
        for _, _, operation in operations(document)
        if not operation.get("description")
    ]
    assert silent == [], "write a sentence below the route"

"""What the fake answers fits the published API descriptions of both servers.

The descriptions know no `null` in places where the servers send one. A complaint is accepted only when the
recorded answers of that server draw the same one, or where `UNRECORDED` says why.
"""

import json
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from typing import Any

import httpx
import jsonschema
import pytest

from medianest_common.testing.fake_overseerr import FakeOverseerr, Flavour
from medianest_common.testing.fake_overseerr.description import load_description
from medianest_common.testing.fake_overseerr.webhooks import DEFAULT_TEMPLATE, encoded_twice

type Json = Any

FLAVOURS: list[Flavour] = ["seerr", "overseerr"]
RECORDED = files("medianest_common.testing").joinpath("fixtures", "overseerr", "python-overseerr")
RECORDED_CALLS = {
    "status": ("/status", "get", "200"),
    "request": ("/request", "get", "200"),
    "request_count": ("/request/count", "get", "200"),
    "create_movie_request": ("/request", "post", "201"),
    "create_tv_request": ("/request", "post", "201"),
    "search_1": ("/search", "get", "200"),
    "search_2": ("/search", "get", "200"),
    "movie": ("/movie/{movieId}", "get", "200"),
    "tv": ("/tv/{tvId}", "get", "200"),
    "issue": ("/issue", "get", "200"),
    "issue_single": ("/issue/{issueId}", "get", "200"),
    "issue_created": ("/issue", "post", "201"),
    "webhook_config": ("/settings/notifications/webhook", "get", "200"),
}
UNRECORDED = {
    (
        "username",
        "null",
    ): "a user who came from Plex has none; the recorded users show it, in places not described",
    ("email", "null"): "a managed Plex user has none",
    ("deathday", "null"): "passed on as TMDB has it: the living have none",
    ("homepage", "null"): "passed on as TMDB has it: most people have none",
    ("popularity", "type"): "a number at TMDB, described as text",
    ("gender", "type"): "a number at TMDB, described as text",
}


def response_schema(flavour: Flavour, template: str, method: str, status: str) -> Json:
    document = load_description(flavour)
    schema = document["paths"][template][method]["responses"][status]["content"]["application/json"]["schema"]
    return _draft_2020({**schema, "components": document["components"]})


def result_schema(flavour: Flavour, kind: str) -> Json:
    """One result of a search; the described union lets anything pass as a person."""
    name = {"movie": "MovieResult", "tv": "TvResult", "person": "PersonResult"}[kind]
    return _draft_2020(
        {"$ref": f"#/components/schemas/{name}", "components": load_description(flavour)["components"]}
    )


def _draft_2020(schema: Json) -> Json:
    """`nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_draft_2020(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    converted = {key: _draft_2020(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is True and isinstance(converted.get("type"), str):
        converted["type"] = [converted["type"], "null"]
    return converted


def complaints(schema: Json, answer: Json) -> set[tuple[str, str]]:
    validator = jsonschema.Draft202012Validator(schema)
    return {
        (_property(error), "null" if error.instance is None else str(error.validator))
        for error in _leaves(validator.iter_errors(answer))
    }


def _leaves(errors: Iterator[jsonschema.ValidationError]) -> Iterator[jsonschema.ValidationError]:
    for error in errors:
        if error.context:
            branches: dict[object, list[jsonschema.ValidationError]] = {}
            for inner in error.context:
                branches.setdefault(inner.schema_path[0], []).append(inner)
            closest = min(branches.values(), key=lambda branch: len(branch))
            yield from _leaves(iter(closest))
        else:
            yield error


def _property(error: jsonschema.ValidationError) -> str:
    names = [part for part in error.absolute_path if isinstance(part, str)]
    return names[-1] if names else ""


def recorded_complaints(flavour: Flavour) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for name, (template, method, status) in RECORDED_CALLS.items():
        answer = json.loads(RECORDED.joinpath(flavour, f"{name}.json").read_text(encoding="utf-8"))
        found |= complaints(response_schema(flavour, template, method, status), answer)
        if template == "/search":
            found |= result_complaints(flavour, answer)
    return found


def result_complaints(flavour: Flavour, page: Json) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for result in page["results"]:
        found |= complaints(result_schema(flavour, result["mediaType"]), result)
    return found


@pytest.fixture(params=FLAVOURS)
async def overseerr(request: pytest.FixtureRequest) -> AsyncIterator[FakeOverseerr]:
    async with FakeOverseerr.start(flavour=request.param) as fake:
        yield fake


async def test_every_answer_fits_the_published_description(overseerr: FakeOverseerr) -> None:
    flavour = overseerr.state.flavour
    accepted = recorded_complaints(flavour) | set(UNRECORDED)
    overseerr.add_plex_friend(plex_id=555, email="friend@example.com", username="friend")
    overseerr.add_user(plex_id=7, email=None, plex_username="managed", tv_quota=(4, 7))
    async with httpx.AsyncClient(
        base_url=f"{overseerr.url}/api/v1", headers={"X-Api-Key": overseerr.api_key}, timeout=5
    ) as client:

        async def fits(
            method: str, path: str, template: str, *, body: Json = None, status: int = 200, described: int = 0
        ) -> Json:
            answer = await client.request(method, path, json=body)
            assert answer.status_code == status, answer.text
            schema = response_schema(flavour, template, method.lower(), str(described or status))
            assert complaints(schema, answer.json()) <= accepted, (method, path)
            return answer.json()

        await fits("GET", "/status", "/status")
        await fits("GET", "/settings/public", "/settings/public")
        await fits("GET", "/auth/me", "/auth/me")
        movie = {"mediaType": "movie", "mediaId": 603, "is4k": False}
        show = {"mediaType": "tv", "mediaId": 1396, "is4k": False, "seasons": "all"}
        first = await fits("POST", "/request", "/request", body=movie, status=201)
        await fits("POST", "/request", "/request", body=show, status=201)
        await fits("PUT", "/request/2", "/request/{requestId}", body={"mediaType": "tv", "seasons": [1, 2]})
        overseerr.set_available("tv", 1396, seasons=[1])
        for path in ("/request", "/request?take=1&skip=1&sort=modified&filter=all"):
            await fits("GET", path, "/request")
        await fits("GET", "/request/count", "/request/count")
        await fits("GET", "/request/1", "/request/{requestId}")
        for action in ("approve", "decline"):
            await fits("POST", f"/request/1/{action}", "/request/{requestId}/{status}")
        await fits("POST", "/request/1/retry", "/request/{requestId}/retry")
        for path in ("/search?query=the&page=2", "/search?query=kubrick", "/search?query=matrix"):
            page = await fits("GET", path, "/search")
            assert page["results"]
            assert result_complaints(flavour, page) <= accepted
        for path in ("trending", "movies", "tv", "movies/upcoming", "tv/upcoming"):
            await fits("GET", f"/discover/{path}", f"/discover/{path}")
        await fits("GET", "/movie/603", "/movie/{movieId}")
        await fits("GET", "/tv/1396", "/tv/{tvId}")
        season = "/tv/{tvId}/season/{seasonNumber}" if flavour == "seerr" else "/tv/{tvId}/season/{seasonId}"
        await fits("GET", "/tv/1396/season/1", season)
        for relation in ("similar", "recommendations"):
            assert (await fits("GET", f"/movie/603/{relation}", f"/movie/{{movieId}}/{relation}"))["results"]
            assert (await fits("GET", f"/tv/1396/{relation}", f"/tv/{{tvId}}/{relation}"))["results"]
        await fits("GET", "/person/240", "/person/{personId}")
        in_what = "/person/{personId}/combined_credits"
        assert (await fits("GET", "/person/240/combined_credits", in_what))["cast"]
        for path in ("/genres/movie", "/genres/tv"):
            assert await fits("GET", path, path)
        for path in ("/watchproviders/movies", "/watchproviders/tv"):
            assert await fits("GET", f"{path}?watchRegion=US", path)
        await fits("GET", "/user?take=5&sort=displayname", "/user")
        await fits("GET", "/user/2", "/user/{userId}")
        await fits("GET", "/user/2/quota", "/user/{userId}/quota")
        await fits("GET", "/user/1/requests", "/user/{userId}/requests")
        await fits(
            "POST", "/user/import-from-plex", "/user/import-from-plex", body={"plexIds": ["555"]}, status=201
        )
        issue = {"issueType": 1, "message": "No sound", "mediaId": first["media"]["id"]}
        # Described as 201; both servers answer 200.
        await fits("POST", "/issue", "/issue", body=issue, described=201)
        await fits("POST", "/issue/1/comment", "/issue/{issueId}/comment", body={"message": "Looking"})
        await fits("POST", "/issue/1/resolved", "/issue/{issueId}/{status}")
        await fits("GET", "/issue/1", "/issue/{issueId}")
        await fits("GET", "/issue?filter=resolved", "/issue")
        await fits("GET", "/issue/count", "/issue/count")
        webhook = "/settings/notifications/webhook"
        settings = {
            "enabled": True,
            "types": 8190,
            "options": {"webhookUrl": "http://127.0.0.1:9/", "jsonPayload": encoded_twice(DEFAULT_TEMPLATE)},
        }
        await fits("POST", webhook, webhook, body=settings)
        await fits("GET", webhook, webhook)
        media = await fits(
            "POST",
            f"/media/{first['media']['id']}/available",
            "/media/{mediaId}/{status}",
            body={"is4k": False},
        )
        assert media["status"] == 5


async def test_every_described_operation_that_the_fake_knows_is_reachable(overseerr: FakeOverseerr) -> None:
    """A call without credentials is told so, or answered where none are needed; never "not found"."""
    served = {"/user": {"get"}, "/user/{userId}": {"get"}}
    async with httpx.AsyncClient(base_url=f"{overseerr.url}/api/v1", timeout=5) as client:
        for template, operations in load_description(overseerr.state.flavour)["paths"].items():
            for method in served.get(template, set(operations) - {"parameters"}):
                path = template.replace("{status}", "approve")
                for name in (
                    "requestId",
                    "movieId",
                    "tvId",
                    "seasonNumber",
                    "seasonId",
                    "userId",
                    "issueId",
                    "mediaId",
                    "personId",
                ):
                    path = path.replace(f"{{{name}}}", "1")
                answer = await client.request(method, path, json={})
                assert answer.status_code in (200, 401), (method, path, answer.text)

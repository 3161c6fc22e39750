"""Whatever goes wrong is a problem document (RFC 9457) and gives nothing away."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from libs.common.tests.web.portal import API, Portal
from medianest_common.web.handlers import field_errors


async def test_what_nobody_expected_is_500_logged_once_and_not_shown(portal: Portal) -> None:
    with capture_logs() as logs:
        async with portal.client() as client:
            answer = await client.get(f"{API}/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "INTERNAL"
    assert "secret reason" not in answer.text
    assert "Traceback" not in answer.text
    assert [entry["event"] for entry in logs].count("request_failed") == 1


async def test_an_unknown_address_is_a_problem(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.get(f"{API}/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() | {"correlationId": ""} == {
        "type": "about:blank",
        "title": "There is nothing at this address",
        "status": 404,
        "code": "ROUTE_NOT_FOUND",
        "instance": f"{API}/nowhere",
        "correlationId": "",
    }


async def test_another_method_is_405_and_names_those_there_are(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.put(f"{API}/films/7")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


async def test_a_slash_too_many_is_404_and_never_a_redirect_made_from_the_host_header(portal: Portal) -> None:
    """Attack 39: redirects that are built from Host."""
    async with portal.client() as client:
        answer = await client.get(f"{API}/big/")
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x", "year": "canary"}, "year"),
        ({"title": "x", "year": 5}, "year"),
        ({"title": "x", "role": "canary"}, "role"),
        ({"title": "canary" * 100}, "title"),
    ],
)
async def test_wrong_fields_are_named_and_their_values_never_repeated(
    portal: Portal, body: dict[str, Any], field: str
) -> None:
    async with portal.client() as client:
        answer = await client.post(f"{API}/films", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "canary" not in answer.text


async def test_a_wrong_id_is_not_quoted(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.get(f"{API}/jobs/canary-zzzz")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "id", "message": "Input should be a UUID"}]


async def test_401_says_how_to_sign_in(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.get(f"{API}/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_may_be_one_of_several_kinds_is_named_without_its_kind() -> None:
    found = [
        {"loc": ("body", "seasons", "list[constrained-int]", 0), "type": "int_type", "msg": "A number."},
        {"loc": ("body", "seasons", "literal['all']"), "type": "literal_error", "msg": "Or all."},
    ]
    assert [error.field for error in field_errors(found)] == ["seasons.0", "seasons"]


async def test_what_is_cut_off_because_the_server_stops_is_503_and_can_be_asked_again(portal: Portal) -> None:
    """As uvicorn does when its grace is over: the request is cancelled, and whoever asked is still there."""
    serving: list[asyncio.Task[None]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        serving.append(asyncio.create_task(portal.app(scope, receive, send)))
        await asyncio.wait(serving)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
        asking = asyncio.create_task(client.get(f"{API}/sleeping"))
        async with asyncio.timeout(60):
            await portal.app.state.asleep.wait()
            serving[0].cancel()
            answer = await asking
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["code"] == "UNAVAILABLE"
    assert serving[0].cancelled()

"""Other origins get permission only when they are listed."""

import pytest

from libs.common.tests.web.portal import API, ORIGIN, Portal

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-csrf-token"}


@pytest.mark.parametrize("origin", ["https://app.example", ORIGIN])
async def test_a_listed_origin_may_read_with_cookies(portal: Portal, origin: str) -> None:
    async with portal.client(headers={"Origin": origin}) as client:
        answer = await client.get(f"{API}/big")
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert exposed >= {
        "ETag",
        "Idempotency-Replayed",
        "Location",
        "RateLimit",
        "Retry-After",
        "X-Correlation-ID",
    }
    assert answer.headers["timing-allow-origin"] == origin


async def test_a_preflight_of_a_listed_origin_is_answered_before_the_route(portal: Portal) -> None:
    async with portal.client(headers={"Origin": "https://app.example", **PREFLIGHT}) as client:
        answer = await client.request("OPTIONS", f"{API}/films")
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "X-CSRF-Token" in answer.headers["access-control-allow-headers"]
    assert answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}:8080", "https://nest.test", ""],
)
async def test_32_other_origins_get_no_permission(portal: Portal, origin: str) -> None:
    async with portal.client(headers={"Origin": origin, **PREFLIGHT}) as client:
        preflight = await client.request("OPTIONS", f"{API}/films")
        plain = await client.get(f"{API}/big")
    assert preflight.status_code == 403
    for answer in (preflight, plain):
        assert {"access-control-allow-origin", "timing-allow-origin"}.isdisjoint(answer.headers)


async def test_a_refusal_can_be_read_by_a_listed_origin(portal: Portal) -> None:
    async with portal.client(headers={"Origin": "https://app.example"}) as client:
        answer = await client.get(f"{API}/me")
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "https://app.example"

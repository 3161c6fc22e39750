"""The index answers as the router would, and a number in an address has one spelling."""

import pytest
from fastapi import APIRouter

from libs.common.tests.web.portal import API, Portal


@pytest.mark.parametrize(
    "number",
    [
        *[
            "1_0",
            "+1",
            "%201",
            "1%20",
            "1.0",
            "-0",
            "9223372036854775808",
            "true",
            "0x1",
            "%EF%BC%91",
            "01",
            "1e3",
        ],
        "1" * 23,
        "",
    ],
)
async def test_87_look_alike_numbers_are_refused(portal: Portal, number: str) -> None:
    """Attack 87: pydantic alone reads most of these as integers."""
    async with portal.client() as client:
        in_query = await client.get(f"{API}/films?maxYear={number}")
        in_path = await client.get(f"{API}/films/{number}")
    assert in_query.status_code == 422
    assert in_path.status_code in (404, 422)


@pytest.mark.parametrize("number", ["0", "7", "-7", "2147483648", "9223372036854775807"])
async def test_plain_numbers_are_read(portal: Portal, number: str) -> None:
    async with portal.client() as client:
        answer = await client.get(f"{API}/films?maxYear={number}")
    assert answer.json()["maxYear"] == int(number)


@pytest.mark.parametrize("limit", ["-1", "0", "101", "1000000000", "1000000000000000000"])
async def test_88_a_page_size_is_between_1_and_100(portal: Portal, limit: str) -> None:
    async with portal.client() as client:
        assert (await client.get(f"{API}/films", params={"limit": limit})).status_code == 422


async def test_text_may_look_like_any_number(portal: Portal) -> None:
    async with portal.client() as client:
        for text in ("1_0", "+1", " 007 ", "1.0"):
            answer = await client.get(f"{API}/search", params={"query": text})
            assert answer.json() == {"query": text}


async def test_routes_of_included_routers_are_found_with_their_prefixes(portal: Portal) -> None:
    inner = APIRouter(prefix="/inner")
    outer = APIRouter(prefix=f"{API}/outer")

    @inner.get("/fixed")
    async def fixed() -> dict[str, str]:
        return {"route": "fixed"}

    @inner.get("/{name}")
    async def named(name: str) -> dict[str, str]:
        return {"route": name}

    outer.include_router(inner)
    portal.app.include_router(outer)
    async with portal.client() as client:
        assert (await client.get(f"{API}/outer/inner/fixed")).json() == {"route": "fixed"}
        assert (await client.get(f"{API}/outer/inner/other")).json() == {"route": "other"}
        assert (await client.post(f"{API}/outer/inner/other")).status_code == 405
        assert (await client.get(f"{API}/outer/inner/a/b")).status_code == 404


async def test_the_description_names_every_refusal_as_a_problem(portal: Portal) -> None:
    async with portal.client() as client:
        document = (await client.get(f"{API}/openapi.json")).json()
    post = document["paths"][f"{API}/films"]["post"]["responses"]
    assert set(post) >= {"201", "400", "401", "403", "408", "413", "415", "421", "422", "429", "503", "504"}
    for status, response in post.items():
        if int(status) >= 400:
            shared = document["components"]["responses"].get(response.get("$ref", "").rpartition("/")[2])
            assert list((shared or response)["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "correlationId" in document["components"]["schemas"]["Problem"]["properties"]

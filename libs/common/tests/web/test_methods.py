"""HEAD, OPTIONS, 405 and 406 as RFC 9110 has them."""

from typing import Any

import pytest
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from libs.common.tests.web.portal import API, MakePortal, Portal
from libs.common.tests.web.wire import Wire, request, statuses
from medianest_common.web.accepting import accepts
from medianest_common.web.routing import acts

_MAY_DIFFER = {"date", "server-timing", "x-correlation-id", "ratelimit"}


@pytest.mark.parametrize(
    "path", ["/health", f"{API}/big", f"{API}/kept", f"{API}/nowhere", f"{API}/openapi.json"]
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_head_says_what_get_would_and_sends_nothing(wire: Wire, path: str, encoding: str) -> None:
    accepting = [f"Accept-Encoding: {encoding}"]
    got = _headers(await wire.say(request("GET", path, headers=accepting)))
    answer = await wire.say(request("HEAD", path, headers=accepting))
    assert answer.endswith(b"\r\n\r\n")
    assert _headers(answer) == got


def _headers(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines[1:])
    return {"status": lines[0]} | {n.lower(): v for n, _, v in pairs if n.lower() not in _MAY_DIFFER}


async def test_head_is_told_that_nothing_has_changed(portal: Portal) -> None:
    async with portal.client() as client:
        tag = (await client.get(f"{API}/kept")).headers["etag"]
        assert (await client.head(f"{API}/kept", headers={"If-None-Match": tag})).status_code == 304


async def test_head_of_what_is_only_written_to_is_405(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.head(f"{API}/once")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize("pattern", ["/signs/{token}", "/signs/{token:path}"])
async def test_head_is_405_where_get_does_something(portal: Portal, pattern: str) -> None:
    """Who only looks, as previews of links do, must not set anything going."""
    heard = []

    @portal.app.get(f"{API}{pattern}")
    @acts
    async def sign(token: str) -> None:
        heard.append(token)

    async with portal.client() as client:
        looked = await client.head(f"{API}/signs/mine")
        asked = await client.options(f"{API}/signs/mine")
        wrong = await client.post(f"{API}/signs/mine", json={})
        assert heard == []
        assert (await client.get(f"{API}/signs/mine")).status_code == 200
    assert heard == ["mine"]
    assert (looked.status_code, asked.status_code, wrong.status_code) == (405, 204, 405)
    assert {each.headers["allow"] for each in (looked, asked, wrong)} == {"GET, OPTIONS"}


async def test_head_is_405_only_for_get_where_the_path_takes_more(portal: Portal) -> None:
    @portal.app.get(f"{API}/signs")
    @acts
    async def sign() -> None: ...

    @portal.app.post(f"{API}/signs")
    async def say() -> None: ...

    async with portal.client() as client:
        assert (await client.head(f"{API}/signs")).headers["allow"] == "GET, OPTIONS, POST"


async def test_head_needs_what_get_needs_and_is_checked_like_it(portal: Portal) -> None:
    async with portal.client() as client:
        assert (await client.head(f"{API}/films/1_0")).status_code == 422
        assert (await client.head(f"{API}/me")).status_code == 401


async def test_options_names_what_may_be_done(portal: Portal) -> None:
    async with portal.client() as client:
        films = await client.options(f"{API}/films")
        assert (films.status_code, films.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert (await client.options(f"{API}/once")).headers["allow"] == "OPTIONS, POST"
        assert (await client.options(f"{API}/nowhere")).status_code == 404
        assert "access-control-allow-origin" not in films.headers


async def test_options_may_ask_about_all_of_us(wire: Wire) -> None:
    answer = await wire.say(request("OPTIONS", "*"))
    assert statuses(answer) == [204]
    assert b"allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT" in answer


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "M-SEARCH", "QUERY"])
async def test_methods_that_nobody_has_are_405_where_something_is(wire: Wire, method: str) -> None:
    answer = await wire.say(request(method, f"{API}/films"))
    assert statuses(answer) == [405]
    assert b"allow: GET, HEAD, OPTIONS, POST" in answer
    assert statuses(await wire.say(request(method, f"{API}/nowhere"))) in ([404], [405])


@pytest.mark.parametrize(
    "accept, status",
    [
        ("*/*", 200),
        ("application/json", 200),
        ("APPLICATION/JSON; charset=utf-8", 200),
        ("application/*", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200),
        ("", 200),
        ("nonsense", 200),
        ("text/html", 406),
        ("text/html, application/json;q=0", 406),
        ("application/xml, */*;q=0", 406),
        ("application/json;q=0, */*", 406),
    ],
)
async def test_who_takes_no_json_is_told_so(portal: Portal, accept: str, status: int) -> None:
    async with portal.client(headers={"Accept": accept}) as client:
        answer = await client.get(f"{API}/big")
    assert answer.status_code == status
    if status == 406:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == "What is here is application/json."


async def test_nothing_is_done_for_who_would_not_take_the_answer(portal: Portal) -> None:
    async with portal.client(headers={"Accept": "image/png"}) as client:
        assert (await client.post(f"{API}/once", json={"title": "x"})).status_code == 406
        assert portal.created == []
        webhook = await client.post(f"{API}/webhooks/overseerr", content=b"{}")
        assert webhook.status_code == 202, "machines are not asked what they take"


async def test_what_is_no_json_is_given_to_those_who_take_it(make: MakePortal) -> None:
    portal = make()
    picture: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}}}

    @portal.app.get(f"{API}/picture", response_class=Response, responses=picture)
    async def a_picture() -> Response:
        return Response(b"<svg/>", media_type="image/svg+xml")

    @portal.app.get(f"{API}/page", response_class=HTMLResponse)
    async def a_page() -> str:
        return "<p>"

    async def status(path: str, accept: str) -> int:
        async with portal.client(headers={"Accept": accept}) as client:
            return (await client.get(f"{API}{path}")).status_code

    assert await status("/picture", "image/avif,image/webp,image/*,*/*;q=0.8") == 200
    assert await status("/picture", "image/*") == 200
    assert await status("/picture", "application/json") == 406
    assert await status("/page", "text/html") == 200
    assert await status("/page", "application/json") == 406


def test_the_most_exact_range_counts() -> None:
    json = frozenset({"application/json"})
    assert not accepts("application/json;q=0, application/*;q=1", json)
    assert accepts("application/*;q=0, application/json", json)
    assert accepts(",".join(["x/y"] * 1000), frozenset({"x/y"}))
    assert not accepts(",".join(["x/y"] * 1000), json)

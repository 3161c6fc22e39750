"""Pictures of the library at a browser: kept for long where they are real, replaced for a while where they are not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from medianest import registry
from medianest_common.testing.fake_plex import FakePlex
from services.gateway.tests.conftest import Browser, Door


@pytest.fixture
async def plex() -> AsyncIterator[FakePlex]:
    async with FakePlex.start() as plex:
        plex.library.add_movie("Heat", 1995)
        plex.library.add_movie("Alien", 1979)
        yield plex


@pytest.fixture
async def owner(door: Door, plex: FakePlex) -> Browser:
    await door.sandbox.start(
        *registry.services(["plex"]), plex_url=plex.server_url, plex_token=plex.server_token
    )
    return await door.owner()


async def _poster(owner: Browser, title: str) -> str:
    items: list[dict[str, Any]] = (await owner.get("/plex/recently-added")).json()["items"]
    return next(f"/plex/images/{item['image']}" for item in items if item["title"] == title)


async def test_a_picture_is_kept_for_long_and_not_sent_twice(owner: Browser) -> None:
    poster = await _poster(owner, "Heat")

    first = await owner.get(poster, params={"w": 160, "h": 240})
    again = await owner.get(
        poster, params={"w": 160, "h": 240}, headers={"If-None-Match": first.headers["etag"]}
    )

    assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
    assert first.headers["cache-control"] == "private, max-age=2592000, immutable"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_where_a_picture_is_missing_a_placeholder_stands_until_it_is_back(
    owner: Browser, plex: FakePlex
) -> None:
    poster = await _poster(owner, "Alien")
    faults: list[Any] = [404, 500, "html", "hang", "refuse"]
    for fault in faults:
        plex.server.fail_with(fault)
        shown = await owner.get(poster)
        plex.server.heal()

        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/svg+xml"), fault
        assert shown.content.startswith(b"<svg")
        assert shown.headers["cache-control"] == "private, max-age=30"
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert shown.elapsed.total_seconds() < 12


async def test_a_made_up_key_is_no_picture_and_has_no_placeholder(owner: Browser) -> None:
    answer = await owner.get("/plex/images/made-up")

    assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_IMAGE")

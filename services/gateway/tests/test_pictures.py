"""Pictures of the library at a browser: kept for long where they are real, replaced for a while where they are not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from medianest import registry
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_tmdb import FakeTmdb
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


CATALOGUE = "/media/images/w154/f89U3ADr1oiB1s9GkdPOEpXUk5H.jpg"


@pytest.fixture
async def tmdb() -> AsyncIterator[FakeTmdb]:
    async with FakeTmdb.start() as tmdb:
        yield tmdb


@pytest.fixture
async def viewer(door: Door, tmdb: FakeTmdb) -> Browser:
    await door.sandbox.start(*registry.services(["media"]), tmdb_images_url=tmdb.images_url)
    return await door.owner()


async def test_a_picture_of_the_catalogue_is_kept_for_long_and_not_sent_twice(viewer: Browser) -> None:
    first = await viewer.get(CATALOGUE)
    again = await viewer.get(CATALOGUE, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.headers["cache-control"] == "private, max-age=2592000, immutable"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_placeholder_stands_for_a_picture_that_tmdb_does_not_give(
    viewer: Browser, tmdb: FakeTmdb
) -> None:
    faults: list[Any] = [404, 500, "html", "hang", "refuse"]
    for fault in faults:
        tmdb.fail_with(fault)
        shown = await viewer.get(CATALOGUE)
        again = await viewer.get(CATALOGUE, headers={"If-None-Match": shown.headers["etag"]})
        tmdb.heal()

        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/svg+xml"), fault
        assert shown.headers["cache-control"] == "private, max-age=30"
        for each in (shown, again):
            assert each.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "address",
    ["w93/x.jpg", "original/x.jpg", "w92/x.svg", "w92/x", "w92/..%2f..%2fx.jpg", f"w92/{'a' * 65}.jpg"],
)
async def test_neither_a_made_up_size_nor_a_made_up_name_is_asked_for(
    viewer: Browser, tmdb: FakeTmdb, address: str
) -> None:
    answer = await viewer.get(f"/media/images/{address}")

    assert answer.status_code in (404, 422)
    assert not list(tmdb.calls)


async def test_of_services_that_are_away_placeholders_stand_and_those_only_for_who_is_signed_in(
    door: Door,
) -> None:
    owner, nobody = await door.owner(), await door.browser()
    for address in (CATALOGUE, "/youtube/images/some-key", "/plex/images/some-key"):
        answer = await owner.get(address)

        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml"), address
        assert (await nobody.get(address)).status_code == 401, address

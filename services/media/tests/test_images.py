"""Pictures of the catalogue: fetched from TMDB by us alone, once, and nothing but pictures."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.contracts.media.images import GetImage, ImageSize
from medianest_common.errors import MediaNestError
from medianest_common.images import LARGEST_IMAGE
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_media.service import SERVICE
from medianest_media.titles import backdrop_url, image_path, logo_url, photo_url, poster_url, still_url
from services.media.tests.conftest import Home

POSTER = "f89U3ADr1oiB1s9GkdPOEpXUk5H.jpg"
EVIL_NAMES = [
    "../../3/configuration",
    "..%2f..%2f3%2fconfiguration.jpg",
    "//evil.example/x.jpg",
    "https://evil.example/x.jpg",
    "x.jpg?url=http://169.254.169.254/",
    "x.jpg#.png",
    "x.svg",
    "x.html",
    "x.jpg\n",
    "x",
    ".jpg",
    "ünlaut.jpg",
    "a" * 65 + ".jpg",
    "a.b.jpg",
    "",
]


@dataclass
class Gallery:
    sandbox: Sandbox
    tmdb: FakeTmdb

    async def picture(self, name: str = POSTER, size: ImageSize = ImageSize.W92) -> tuple[bytes, str]:
        with self.sandbox.as_user():
            return await self.sandbox.bus.call_bytes(GetImage(size=size, name=name), timeout=30)

    async def refusal(self, name: str = POSTER) -> MediaNestError:
        with pytest.raises(MediaNestError) as refused:
            await self.picture(name)
        return refused.value

    def asked(self, name: str = POSTER) -> int:
        return len(self.tmdb.asked_for(f"w92/{name}"))


@pytest.fixture
async def gallery(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with FakeTmdb.start() as tmdb, sandbox_on(server_urls, tmp_path) as sandbox:
        await sandbox.start(SERVICE, tmdb_images_url=tmdb.images_url)
        yield Gallery(sandbox, tmdb)


async def test_a_picture_is_fetched_once_however_many_ask_and_kept_while_tmdb_is_away(
    gallery: Gallery,
) -> None:
    gallery.tmdb.slow_down(0.2)
    pictures = await asyncio.gather(*(gallery.picture() for _ in range(12)))
    gallery.tmdb.fail_with("refuse")
    kept = await gallery.picture()

    assert {kept, *pictures} == {pictures[0]}
    body, content_type = kept
    assert (content_type, body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    [call] = gallery.tmdb.asked_for(f"w92/{POSTER}")
    assert {"authorization", "cookie"}.isdisjoint(call.headers)
    assert not call.query


async def test_each_size_is_a_picture_of_its_own(gallery: Gallery) -> None:
    small, large = await gallery.picture(), await gallery.picture(size=ImageSize.W500)

    assert small != large
    assert len(gallery.tmdb.asked_for(f"w500/{POSTER}")) == 1


@pytest.mark.parametrize("fault", ["html", "empty", "nonsense", "drop_mid_body", 500, 403, 429])
async def test_what_is_not_a_picture_is_not_passed_on_and_asked_for_again(
    gallery: Gallery, fault: Any
) -> None:
    gallery.tmdb.fail_with(fault, path_prefix="/t/p")
    refused = await gallery.refusal()
    gallery.tmdb.heal()

    assert (refused.status, refused.code) == (503, "PICTURES_UNAVAILABLE")
    assert gallery.tmdb.images_url not in (refused.detail or "")

    async def back() -> bool:
        return bool((await gallery.picture())[0])

    await eventually(back)


async def test_a_picture_that_is_too_large_for_one_message_is_none(gallery: Gallery) -> None:
    gallery.tmdb.pictures.padding = LARGEST_IMAGE

    assert (await gallery.refusal()).code == "PICTURES_UNAVAILABLE"


async def test_a_picture_that_tmdb_does_not_have_is_missing(gallery: Gallery) -> None:
    gallery.tmdb.pictures.missing.add(POSTER)
    assert (await gallery.refusal()).code == "PICTURE_MISSING"

    gallery.tmdb.pictures.missing.clear()
    assert await gallery.picture()


async def test_a_tmdb_that_hangs_is_given_up_and_its_picture_is_there_once_it_answers(
    gallery: Gallery,
) -> None:
    gallery.tmdb.fail_with("hang", path_prefix="/t/p")
    question = GetImage(size=ImageSize.W92, name=POSTER)
    with gallery.sandbox.as_user(), pytest.raises(MediaNestError) as late:
        await gallery.sandbox.bus.call_bytes(question, timeout=1)
    gallery.tmdb.heal()
    await eventually(gallery.picture)

    assert late.value.status == 504
    assert gallery.asked() == 1, "whoever waited no longer has not stopped the fetching"


async def test_names_that_lead_elsewhere_are_no_names(gallery: Gallery) -> None:
    for name in EVIL_NAMES:
        with pytest.raises(ValidationError):
            GetImage(size=ImageSize.W92, name=name)
        made_up = GetImage.model_construct(size=ImageSize.W92, name=name)
        with gallery.sandbox.as_user(), pytest.raises(MediaNestError) as refused:
            await gallery.sandbox.bus.call_bytes(made_up, timeout=30)
        assert refused.value.status == 422, name

    assert not list(gallery.tmdb.calls)


@pytest.mark.parametrize(
    "path",
    ["x.jpg", "/../x.jpg", "/a/b.jpg", "/x.gif", "/x.jpg?y", "/ü.jpg", "/x.jpg\n", "https://x/y.jpg", 7],
)
def test_what_the_catalogue_calls_a_picture_need_not_be_one(path: object) -> None:
    assert image_path(path) is None


def test_drawings_are_taken_as_png() -> None:
    assert image_path("/logo.svg") == "/logo.png"


def test_every_address_is_the_portals_own_and_one_that_it_answers() -> None:
    for address in (poster_url, backdrop_url, photo_url, still_url, logo_url):
        url = address(f"/{POSTER}")
        assert url is not None
        before, size, name = url.rsplit("/", 2)
        assert before == "/api/v1/media/images"
        assert GetImage(size=ImageSize(size), name=name).name == POSTER
        assert address(None) is None


async def test_what_was_kept_of_old_requests_leads_to_the_portal(seerr: Home) -> None:
    request = await seerr.owner.request()
    await seerr.change("update requests set poster_path = '/kept-before.jpg' where id = :id", id=request.id)

    assert (await seerr.owner.sees(request)).poster_url == "/api/v1/media/images/w500/kept-before.jpg"

"""Pictures of videos and channels: fetched from YouTube by us alone, once, and only those that yt-dlp has told of."""

import asyncio
from pathlib import Path

import pytest

from medianest_common.contracts.youtube.downloads import GetDownload, GetMetadata
from medianest_common.contracts.youtube.images import GetImage
from medianest_common.contracts.youtube.subscriptions import ListSubscriptions, Subscribe, SubscriptionBody
from medianest_common.errors import MediaNestError
from medianest_common.images import AddressKeys
from medianest_common.lifecycle import load_keys
from medianest_common.settings import Settings
from medianest_common.testing.fake_youtube import Channel, Video
from medianest_youtube.thumbnails import thumbnail
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import CHANNEL_ID, hold_downloads
from services.youtube.tests.test_intake import FIRST, ask, watch

BEFORE = "/api/v1/youtube/images/"
THUMBNAIL = f"https://i.ytimg.com/vi/{FIRST}/maxresdefault.jpg"
ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:5432/",
    "https://localhost/x.jpg",
    "https://evil.example/x.jpg",
    "https://evilytimg.com/x.jpg",
    "https://i.ytimg.com.evil.example/x.jpg",
    "https://i.ytimg.com@evil.example/x.jpg",
    "https://i.ytimg.com:8443/x.jpg",
    "http://i.ytimg.com/x.jpg",
    "//i.ytimg.com/x.jpg",
    "file:///etc/passwd",
    "https://i.ytimg.com/ü.jpg",
    "https://i.ytimg.com/" + "x" * 1_000,
    "",
]


def keys(home: Home) -> AddressKeys:
    settings = Settings(secret_key=home.sandbox.settings["secret_key"], data_dir=Path("nowhere"))
    return AddressKeys(load_keys(settings).derive("youtube-images"))


def key_of(url: str, home: Home) -> str:
    key = keys(home).sign(url)
    assert key
    return key


async def picture(home: Home, key: str) -> tuple[bytes, str]:
    with home.sandbox.as_user():
        return await home.sandbox.bus.call_bytes(GetImage(key=key), timeout=30)


async def refusal(home: Home, key: str) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await picture(home, key)
    return refused.value


async def first_thumbnail(person: Person) -> str:
    seen = await person.call(GetMetadata(url=watch(FIRST)))
    assert seen.thumbnail_url and seen.thumbnail_url == seen.videos[0].thumbnail_url
    return seen.thumbnail_url


def asked(home: Home) -> int:
    return sum(request.host.endswith(".ytimg.com") for request in home.youtube.requests)


async def test_what_is_looked_at_asked_for_and_followed_is_shown_with_pictures_of_the_portal(
    home: Home,
) -> None:
    await hold_downloads(home)
    about = home.youtube.add(Channel(id=CHANNEL_ID, name="Trains", handle="@trains"))
    home.youtube.add(Video(id=FIRST, title="Trains", channel=about))
    download = await ask(home.owner)
    await home.change("update assets set thumbnail_url = :url", url=THUMBNAIL)
    await home.change(
        "insert into lists (id, kind, title, thumbnail_url) values (:id, 'channel', 'Trains', :url)",
        id=CHANNEL_ID,
        url=f"https://yt3.ggpht.com/avatar/{CHANNEL_ID}.jpg",
    )
    trains = SubscriptionBody(url="https://www.youtube.com/@trains")
    await home.owner.call(Subscribe(subscription=trains))
    await home.change("update subscriptions set list_id = :id", id=CHANNEL_ID)

    seen = await first_thumbnail(home.owner)
    listed = await home.owner.call(GetDownload(id=download.id))
    [followed] = (await home.owner.call(ListSubscriptions())).items

    for url in (seen, listed.thumbnail_url, followed.thumbnail_url):
        assert url and url.startswith(BEFORE)
        body, content_type = await picture(home, url.removeprefix(BEFORE))
        assert (content_type, body[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert home.youtube.refused_hosts == []


async def test_a_picture_is_fetched_once_however_many_ask_and_kept_while_youtube_is_away(home: Home) -> None:
    home.youtube.add(Video(id=FIRST))
    key = key_of(THUMBNAIL, home)
    home.youtube.pages.delay = 0.2

    pictures = await asyncio.gather(*(picture(home, key) for _ in range(8)))
    home.youtube.pages.cut = True
    kept = await picture(home, key)

    assert {kept, *pictures} == {kept}
    assert asked(home) == 1


async def test_the_address_of_a_picture_is_the_same_each_time(home: Home) -> None:
    assert keys(home).sign(THUMBNAIL) == keys(home).sign(THUMBNAIL)
    assert thumbnail(THUMBNAIL, images=keys(home)) == BEFORE + key_of(THUMBNAIL, home)


async def test_no_other_address_has_a_key_and_none_is_asked_even_with_our_own_signature(home: Home) -> None:
    for url in ELSEWHERE:
        assert thumbnail(url, images=keys(home)) is None, url
        signed = keys(home).sign(url)
        if signed is not None:
            assert (await refusal(home, signed)).status == 404, url

    assert (home.youtube.requests, home.youtube.refused_hosts) == ([], [])


async def test_keys_that_were_made_up_or_changed_are_no_pictures(home: Home) -> None:
    key = key_of(THUMBNAIL, home)
    changed = [key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :] for at in range(0, len(key), 9)]
    other = AddressKeys(b"another installation's secret key").sign(THUMBNAIL)
    assert other

    for made_up in [*changed, other, "", "x", THUMBNAIL, "☃", "A" * 10_000, "=" * 20, "\x00"]:
        assert (await refusal(home, made_up)).code == "NO_SUCH_IMAGE", made_up

    assert home.youtube.requests == []


async def test_a_picture_that_youtube_has_no_more_is_missing(home: Home) -> None:
    assert (await refusal(home, key_of(THUMBNAIL, home))).code == "PICTURE_MISSING"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_youtube_that_refuses_pictures_is_asked_again_later(home: Home, status: int) -> None:
    home.youtube.add(Video(id=FIRST))
    key = key_of(THUMBNAIL, home)
    home.youtube.pages.status, home.youtube.pages.left = status, 2

    refused = await refusal(home, key)
    home.youtube.pages.status = None

    assert (refused.status, refused.code) == (503, "PICTURES_UNAVAILABLE")
    assert await picture(home, key)


async def test_what_is_no_picture_or_too_large_is_not_passed_on(home: Home) -> None:
    home.youtube.add(Video(id=FIRST, thumbnail_type="text/html"))
    assert (await refusal(home, key_of(THUMBNAIL, home))).code == "PICTURE_MISSING"

    home.youtube.reset()
    home.youtube.add(Video(id=FIRST, thumbnail_padding=1_000_000))
    assert (await refusal(home, key_of(THUMBNAIL, home))).code == "PICTURES_UNAVAILABLE"

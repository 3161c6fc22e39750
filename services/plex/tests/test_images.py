import asyncio
from pathlib import Path

import pytest

from medianest.testing import eventually
from medianest_common.contracts.plex import GetImage, ListRecentlyAdded
from medianest_common.errors import MediaNestError
from medianest_common.images import Image, ImageCache
from medianest_common.lifecycle import load_keys
from medianest_common.settings import Settings
from medianest_plex.image_keys import ImageKeys, Picture, allowed_path
from services.plex.tests.household import Household

EVIL = [
    "https://evil.example/x.jpg",
    "http://169.254.169.254/latest/meta-data",
    "//evil.example/x.jpg",
    "/library/metadata/1/thumb/2?url=http://evil.example",
    "/library/metadata/1/thumb/2#x",
    "/library/metadata/../../etc/passwd",
    "/library/metadata/1/thumb/../../../accounts",
    "/library/metadata/%2e%2e/thumb/2",
    "/library/metadata/1/thumb/2\n",
    "/library/metadata/1/thumb/2/../../../../../security/token",
    "/library/metadata/1/thumb/٣",
    "/library/metadata/1/thumb/",
    "/library/metadata/1/file/2",
    "/library/parts/3/1700000000/file.mkv",
    "/:/resources/../../x.png",
    "/:/resources/x.svg",
    "/security/token?type=delegation&scope=all",
    "/photo/:/transcode?url=http://evil.example",
    "\\\\evil\\share",
    "file:///etc/passwd",
    "",
]


def _keys(home: Household) -> ImageKeys:
    keys = load_keys(Settings(secret_key=home.sandbox.settings["secret_key"]))
    return ImageKeys(keys.derive("plex-images"))


async def _poster(home: Household, title: str = "Heat") -> str:
    answer = await home.ask(ListRecentlyAdded())
    key = next(item.image for item in answer.items if item.title == title)
    assert key
    return key


async def _refusal(home: Household, key: str) -> MediaNestError:
    with home.sandbox.as_user(), pytest.raises(MediaNestError) as refused:
        await home.sandbox.bus.call_raw(GetImage(key=key, width=240, height=360), timeout=30)
    return refused.value


async def test_a_picture_is_fetched_scaled_and_kept(home: Household) -> None:
    key = await _poster(home)
    with home.sandbox.as_user():
        first = await home.sandbox.bus.call_raw(GetImage(key=key, width=200, height=300), timeout=30)
        again = await home.sandbox.bus.call_raw(GetImage(key=key, width=240, height=320), timeout=30)

    assert first.startswith(b"\xff\xd8\xff")
    assert again == first
    [asked] = [request for request in home.plex.requests if request.path == "/photo/:/transcode"]
    assert (asked.query["width"], asked.query["height"]) == ("240", "320")
    assert asked.query["url"].startswith("/library/metadata/")


async def test_many_who_ask_at_once_cost_plex_one_picture(home: Household) -> None:
    key = await _poster(home)
    home.plex.server.delay = 0.2
    with home.sandbox.as_user():
        question = GetImage(key=key, width=240, height=360)
        pictures = await asyncio.gather(*(home.sandbox.bus.call_raw(question, timeout=30) for _ in range(12)))

    assert len(set(pictures)) == 1
    assert len([request for request in home.plex.requests if request.path == "/photo/:/transcode"]) == 1


async def test_a_kept_picture_is_there_while_plex_is_down(home: Household) -> None:
    key = await _poster(home)
    with home.sandbox.as_user():
        await home.sandbox.bus.call_raw(GetImage(key=key, width=240, height=360), timeout=30)
        home.plex.server.fail_with("refuse")
        assert await home.sandbox.bus.call_raw(GetImage(key=key, width=240, height=360), timeout=30)
    assert (await _refusal(home, await _poster(home, "Alien"))).status == 503


async def test_the_name_of_a_picture_is_the_same_each_time_and_says_nothing_of_tokens_or_addresses(
    home: Household,
) -> None:
    key = await _poster(home)

    assert key == await _poster(home)
    assert key.isascii()
    assert not any(token in key for token in home.plex.tokens)
    assert "127.0.0.1" not in key
    assert "/" not in key


async def test_what_is_no_picture_is_never_fetched_even_with_our_own_signature(home: Household) -> None:
    keys = _keys(home)

    refusals = {path: (await _refusal(home, keys.sign(Picture("1", path)))).status for path in EVIL}

    assert set(refusals.values()) == {404}, refusals
    assert not [request for request in home.plex.requests if request.path == "/photo/:/transcode"]


async def test_made_up_keys_are_no_pictures(home: Household) -> None:
    made_up = ["", "x", "../../etc/passwd", EVIL[0], "//evil", "☃", "A" * 10_000, "=" * 20, "\x00"]

    assert [(await _refusal(home, key)).status for key in made_up] == [404] * len(made_up)


async def test_a_key_that_was_changed_is_no_picture(home: Household) -> None:
    key = await _poster(home)
    changed = [
        key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :]
        for place in range(0, len(key), 7)
    ]

    for each in changed:
        assert (await _refusal(home, each)).status == 404


@pytest.mark.parametrize("path", EVIL)
def test_such_paths_in_answers_of_plex_give_no_key(path: str) -> None:
    assert allowed_path(path) is None


@pytest.mark.parametrize("width, height", [(0, 100), (100, -1)])
async def test_a_picture_has_a_size(home: Household, width: int, height: int) -> None:
    key = await _poster(home)

    with home.sandbox.as_user(), pytest.raises(MediaNestError) as refused:
        await home.sandbox.bus.call_raw(GetImage(key=key, width=width, height=height), timeout=30)

    assert refused.value.status == 422


async def test_sizes_are_bounded(home: Household) -> None:
    key = await _poster(home)
    with home.sandbox.as_user():
        await home.sandbox.bus.call_raw(GetImage(key=key, width=10**6, height=1), timeout=30)

    asked = next(request for request in home.plex.requests if request.path == "/photo/:/transcode")
    assert (asked.query["width"], asked.query["height"]) == ("1920", "80")


async def test_a_picture_of_a_library_one_may_not_see_does_not_exist(home: Household) -> None:
    key = await _poster(home, "Saw")
    friend = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))

    with home.sandbox.as_user(user_id=friend), pytest.raises(MediaNestError) as refused:
        await home.sandbox.bus.call_raw(GetImage(key=key, width=240, height=360), timeout=30)

    assert refused.value.status == 404


@pytest.mark.parametrize("fault, status", [("html", 503), (404, 404), ("empty", 503), (500, 503), (401, 503)])
async def test_what_is_not_a_picture_is_not_passed_on(home: Household, fault: int | str, status: int) -> None:
    key = await _poster(home)
    home.plex.server.fail_with(fault, path="/photo/:/transcode")  # type: ignore[arg-type]

    assert (await _refusal(home, key)).status == status


async def test_pictures_that_cannot_be_scaled_do_not_make_plex_count_as_down(home: Household) -> None:
    key = await _poster(home)
    home.plex.server.fail_with(500, path="/photo/:/transcode")
    for _ in range(4):
        await _refusal(home, key)
    home.later()

    async def fresh() -> bool:
        """Soon: one that counts as down would not be asked for half a minute."""
        return not (await home.ask(ListRecentlyAdded())).stale

    await eventually(fresh, within=15)


async def test_the_folder_of_pictures_stays_within_its_bounds(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path / "plex", most_bytes=100_000)
    for number in range(30):
        await cache.put(f"picture {number}", Image(bytes(10_000), "image/png"))

    held = sum(file.stat().st_size for file in tmp_path.glob("plex/*/*"))

    assert held <= 120_000
    assert await cache.get("picture 29") == Image(bytes(10_000), "image/png")
    assert await cache.get("picture 0") is None


async def test_a_disk_that_cannot_be_written_only_means_that_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "plex").write_text("a file where the folder should be")
    cache = ImageCache(tmp_path / "plex", most_bytes=100_000)

    await cache.put("picture", Image(b"x", "image/png"))

    assert await cache.get("picture") is None

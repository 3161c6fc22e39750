"""Lists that YouTube shows only to somebody who is signed in: read with the cookies, and no other list is."""

import pytest

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import GetMetadata
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import Channel, FakeYoutube, Playlist, numbered
from medianest_youtube.wanted import Skip, hindrance
from medianest_youtube.worker.lines import Entry
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import (
    CHANNEL_ID,
    LIST_ID,
    ask_for_list,
    batch_becomes,
    hold_downloads,
    wishes,
)
from services.youtube.tests.queueing import set_cookies
from services.youtube.tests.test_subscriptions import follow

URL = f"https://www.youtube.com/playlist?list={LIST_ID}"


@pytest.fixture(params=["The playlist does not exist.", "This playlist is private."])
def hidden(request: pytest.FixtureRequest, youtube: FakeYoutube) -> Playlist:
    return youtube.add(
        Playlist(id=LIST_ID, title="Family", videos=numbered(3), refusal=request.param, refused_to_all=False)
    )


def signed_in(home: Home) -> list[bool]:
    """Of each question for the list."""
    return [each.signed_in for each in home.youtube.requests if each.path == "/playlist"]


async def test_a_private_playlist_is_read_with_the_cookies_of_its_owner(home: Home, hidden: Playlist) -> None:
    await hold_downloads(home)
    await batch_becomes(home, await ask_for_list(home, home.owner), "failed")
    assert not any(signed_in(home))

    await set_cookies(home, home.youtube.cookies)
    await batch_becomes(home, await ask_for_list(home, home.owner))

    assert len(await wishes(home, home.owner)) == 3
    assert signed_in(home)[-1] and not signed_in(home)[-2], "first without them"


async def test_it_is_previewed_and_followed_with_them(home: Home, hidden: Playlist) -> None:
    await hold_downloads(home)
    with pytest.raises(RemoteError):
        await home.owner.call(GetMetadata(url=URL))
    await set_cookies(home, home.youtube.cookies)

    seen = await home.owner.call(GetMetadata(url=URL))
    followed = await follow(home, home.owner, URL, backfill="all")

    assert (seen.title, seen.count) == ("Family", 3)
    assert (followed.failure, followed.downloads) == (None, 3)


async def test_what_everybody_sees_is_read_without_them_and_what_nobody_sees_fails_as_ever(
    home: Home, youtube: FakeYoutube
) -> None:
    await hold_downloads(home)
    await set_cookies(home, youtube.cookies)
    youtube.add(Playlist(id=LIST_ID, videos=numbered(2)))
    youtube.add(Channel(id=CHANNEL_ID, videos=numbered(2, prefix="other")))
    other = "PL" + "b" * 32
    youtube.add(Playlist(id=other, refusal="The playlist does not exist."))

    await batch_becomes(home, await ask_for_list(home, home.owner))
    await follow(home, home.owner)
    assert not any(each.signed_in for each in youtube.requests)

    gone = await batch_becomes(
        home,
        await ask_for_list(home, home.owner, f"https://www.youtube.com/playlist?list={other}"),
        "failed",
    )
    assert gone["failure"] == FailureCode.REMOVED


def test_videos_for_members_are_tried_where_there_is_an_account_which_may_be_one() -> None:
    entry = Entry(video_id="a" * 11, title="For members", availability="subscriber_only")
    hidden = Entry(video_id="b" * 11, title="x", availability="private")

    assert hindrance(entry) is Skip.MEMBERS_ONLY
    assert hindrance(entry, signed_in=True) is None
    assert hindrance(hidden, signed_in=True) is Skip.PRIVATE

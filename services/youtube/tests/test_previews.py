"""What a link leads to, before anything is downloaded; by the real yt-dlp."""

import asyncio

import pytest

from medianest_common.contracts.youtube.downloads import GetMetadata, Preview
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Channel, Failure, Playlist, Video, numbered
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import CHANNEL_ID, LIST_ID, hold_downloads
from services.youtube.tests.test_intake import FIRST, ask, becomes, watch


async def look(person: Person, url: str = watch(FIRST)) -> Preview:
    return await person.call(GetMetadata(url=url))


async def refused(person: Person, url: str = watch(FIRST)) -> MediaNestError:
    with pytest.raises(MediaNestError) as refusal:
        await look(person, url)
    return refusal.value


async def test_a_video_and_what_the_household_has_of_it(home: Home) -> None:
    await hold_downloads(home)
    home.youtube.add(Video(id=FIRST, title="Trains"))
    frida, bert = await home.friend(), await home.friend("Bert")
    download = await ask(frida)
    await becomes(home, FIRST, "ready")

    seen = await look(frida, f"https://youtu.be/{FIRST}?list={LIST_ID}")
    by_bert = await look(bert)

    assert (seen.kind, seen.url, seen.title) == ("video", watch(FIRST), "Trains")
    assert seen.list_url == f"https://www.youtube.com/playlist?list={LIST_ID}"
    assert seen.duration_seconds and seen.size_estimate and "720p" in seen.qualities
    assert (seen.videos[0].status, seen.videos[0].download_id) == ("ready", download.id)
    assert (by_bert.videos[0].status, by_bert.videos[0].download_id) == ("ready", None)
    assert by_bert.list_url is None


async def test_many_who_look_at_once_ask_youtube_once(home: Home) -> None:
    home.youtube.add(Video(id=FIRST))
    await asyncio.gather(*(look(home.owner) for _ in range(8)))
    asked = len(home.youtube.requests)

    await look(home.owner)

    assert len(home.youtube.requests) == asked
    assert sum("/watch" in request.path for request in home.youtube.requests) == 1


async def test_playlists_and_channels(home: Home) -> None:
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(60)))
    home.youtube.add(Channel(id=CHANNEL_ID, handle="@somebody", videos=numbered(4)))

    songs = await look(home.owner, f"https://www.youtube.com/playlist?list={LIST_ID}")
    channel = await look(home.owner, "https://www.youtube.com/@somebody/videos")

    assert (songs.kind, songs.title, len(songs.videos)) == ("playlist", "Songs", 10)
    assert (songs.count, songs.duration_seconds) == (60, 60 * 4)
    assert (channel.kind, channel.count, len(channel.videos)) == ("channel", 4, 4)


async def test_of_a_very_long_playlist_no_length_is_made_up(home: Home) -> None:
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(250)))

    songs = await look(home.owner, f"https://www.youtube.com/playlist?list={LIST_ID}")

    assert (songs.count, songs.duration_seconds, len(songs.videos)) == (250, None, 10)
    asked = [each for each in home.youtube.requests if each.path in ("/playlist", "/youtubei/v1/browse")]
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "failure, status, code, reason",
    [
        (Failure.PRIVATE, 422, "NOT_ON_YOUTUBE", "PRIVATE"),
        (Failure.BOT_CHECK, 503, "YOUTUBE_REFUSES", "BOT_CHECK"),
        (Failure.RATE_LIMITED, 503, "YOUTUBE_REFUSES", "RATE_LIMITED"),
    ],
)
async def test_a_refusal_is_never_told_as_nothing_found(
    home: Home, failure: Failure, status: int, code: str, reason: str
) -> None:
    home.youtube.add(Video(id=FIRST, failure=failure))

    refusal = await refused(home.owner)

    assert (refusal.status, refusal.code, refusal.extra["reason"]) == (status, code, reason)
    assert refusal.detail


async def test_an_outage_is_told_as_one_and_not_remembered(home: Home) -> None:
    home.youtube.add(Video(id=FIRST, title="Trains"))
    home.youtube.pages.status = 503

    refusal = await refused(home.owner)
    home.youtube.pages.status = None

    assert (refusal.status, refusal.code) == (503, "YOUTUBE_UNREACHABLE")
    assert (await look(home.owner)).title == "Trains"


async def test_while_youtube_has_had_enough_nothing_more_is_asked(home: Home) -> None:
    """pinchflat#585: whoever goes on asking is shut out for longer."""
    await home.change(
        "insert into queue_pauses (id, code, reason, since, until, strikes)"
        " values (gen_random_uuid(), 'BOT_CHECK', 'x', :now, cast(:now as timestamptz) + interval '1 hour', 1)",
        now=home.clock.now(),
    )

    refusal = await refused(home.owner)

    assert refusal.code == "YOUTUBE_REFUSES" and refusal.retry_after and refusal.retry_after > 3000
    assert home.youtube.requests == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "https://youtube.com.evil.example/watch?v=x", "%00"]
)
async def test_other_links_are_refused_unasked(home: Home, url: str) -> None:
    assert (await refused(home.owner, url)).code == "UNSUPPORTED_URL"
    assert home.youtube.requests == [] and home.youtube.refused_hosts == []

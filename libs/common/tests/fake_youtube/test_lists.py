"""Playlists, channels and feeds."""

import ssl
from datetime import timedelta
from xml.etree import ElementTree

import httpx

from libs.common.tests.fake_youtube.real import YtDlp
from medianest_common.testing.fake_youtube import (
    Channel,
    FakeYoutube,
    Playlist,
    Tab,
    Video,
    numbered,
)

LIST = "PL" + "a" * 32
SOMEBODY = "UC" + "s" * 22


async def test_a_playlist_of_2000_comes_a_hundred_at_a_time(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    playlist = youtube.add(Playlist(LIST, title="Everything", videos=numbered(2_000)))

    outcome = await yt_dlp.one(playlist.url, extract_flat=True)

    assert [entry["id"] for entry in outcome.entries] == [video.id for video in playlist.videos]
    assert outcome.info["title"] == "Everything"
    assert outcome.info["playlist_count"] == 2_000
    assert outcome.entries[1_999]["title"] == "Episode 2000"
    assert sum(each.path == "/youtubei/v1/browse" for each in youtube.requests) == 20


async def test_only_as_much_of_a_playlist_is_fetched_as_is_wanted(
    youtube: FakeYoutube, yt_dlp: YtDlp
) -> None:
    playlist = youtube.add(Playlist(LIST, videos=numbered(2_000)))

    outcome = await yt_dlp.one(playlist.url, extract_flat=True, playlist_items="1:50")

    assert len(outcome.entries) == 50
    assert sum(each.path == "/youtubei/v1/browse" for each in youtube.requests) == 1


async def test_a_channel_has_a_page_for_each_kind_of_video(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    shorts = [Video("shortsvideo", tab=Tab.SHORTS)]
    channel = youtube.add(
        Channel(SOMEBODY, name="Somebody", handle="@somebody", videos=numbered(70) + shorts)
    )

    forms = ["@Somebody/videos", f"channel/{SOMEBODY}/videos", "c/somebody/videos", "@somebody/shorts"]
    outcomes = await yt_dlp.each([f"https://www.youtube.com/{form}" for form in forms], extract_flat=True)

    assert [len(outcome.entries) for outcome in outcomes] == [70, 70, 70, 1]
    assert {outcome.info["channel_id"] for outcome in outcomes} == {SOMEBODY}
    assert outcomes[0].entries[69]["title"] == "Episode 70"
    assert outcomes[0].entries[0]["duration"] == 4
    assert outcomes[3].entries[0]["id"] == "shortsvideo"
    assert any("avatar" in each["url"] for each in outcomes[0].info["thumbnails"])
    assert channel.videos[0].channel is channel


async def test_the_uploads_of_a_channel_are_a_playlist(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    channel = youtube.add(Channel(SOMEBODY, videos=numbered(3)))

    outcome = await yt_dlp.one(
        f"https://www.youtube.com/playlist?list={channel.uploads_id}", extract_flat=True
    )

    assert [entry["id"] for entry in outcome.entries] == [video.id for video in channel.videos]


async def test_lists_that_are_not_there_say_so(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    youtube.add(Playlist(LIST, refusal="This playlist is private."))

    outcomes = await yt_dlp.each(
        [
            f"https://www.youtube.com/playlist?list={LIST}",
            f"https://www.youtube.com/playlist?list=PL{'x' * 32}",
            "https://www.youtube.com/@nobody/videos",
        ],
        extract_flat=True,
    )

    assert "This playlist is private" in outcomes[0].error
    assert "The playlist does not exist" in outcomes[1].error
    assert "Failed to resolve url (does the playlist exist?)" in outcomes[2].error


async def test_a_feed_tells_of_the_15_newest(youtube: FakeYoutube) -> None:
    videos = numbered(20)
    for number, video in enumerate(videos):
        video.published += timedelta(days=number)
    channel = youtube.add(Channel(SOMEBODY, name="A & B", videos=videos))
    names = {"atom": "http://www.w3.org/2005/Atom", "yt": "http://www.youtube.com/xml/schemas/2015"}

    trusted = ssl.create_default_context(cafile=youtube.ca_file)
    async with httpx.AsyncClient(proxy=youtube.proxy_url, verify=trusted) as client:
        answer = await client.get(f"https://www.youtube.com/feeds/videos.xml?channel_id={channel.id}")
        missing = await client.get(f"https://www.youtube.com/feeds/videos.xml?channel_id=UC{'x' * 22}")

    feed = ElementTree.fromstring(answer.text)
    assert [each.text for each in feed.findall("atom:entry/yt:videoId", names)] == [
        video.id for video in reversed(videos[5:])
    ]
    assert feed.findtext("atom:title", namespaces=names) == "A & B"
    assert missing.status_code == 404


async def test_what_is_added_to_a_list_later_is_there_and_what_is_removed_is_gone(
    youtube: FakeYoutube, yt_dlp: YtDlp
) -> None:
    channel = youtube.add(Channel(SOMEBODY, handle="@somebody", videos=numbered(2)))
    first, new = channel.videos[0], Video("newestvideo")
    channel.videos.insert(0, new)
    youtube.remove(first)

    outcomes = await yt_dlp.each(
        ["https://www.youtube.com/@somebody/videos", new.url, first.url], extract_flat=True
    )

    assert [entry["id"] for entry in outcomes[0].entries] == ["newestvideo", "video000002"]
    assert outcomes[1].info["id"] == new.id
    assert "Video unavailable" in outcomes[2].error

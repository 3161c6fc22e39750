"""One video, looked at and downloaded."""

from datetime import UTC, datetime

from libs.common.tests.fake_youtube.real import YtDlp, streams
from medianest_common.testing.fake_youtube import EVERY, FORMATS, Failure, FakeYoutube, Live, Segment, Video

ID = "aaaaaaaaaaa"


async def test_a_video_is_described_as_it_was_added(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(
        Video(ID, title='Fish <b>&</b> "chips"', description="0:00 Start", tags=["a"], seconds=3)
    )

    info = (await yt_dlp.one(video.url)).info

    expected = {
        "id": ID,
        "title": video.title,
        "description": "0:00 Start",
        "tags": ["a"],
        "channel": "Fixture Channel",
        "channel_id": video.channel.id,
        "uploader_id": "@fixture",
        "duration": 3,
        "view_count": 7,
        "upload_date": "20240305",
        "timestamp": int(video.published.timestamp()),
        "extractor_key": "Youtube",
        "availability": "public",
        "live_status": "not_live",
    }
    assert {name: info[name] for name in expected} == expected
    assert not youtube.refused_hosts


async def test_what_is_said_of_a_format_is_what_is_in_it(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID, seconds=1, formats=EVERY))

    info = (
        await yt_dlp.one(
            video.url, download=True, format="all", outtmpl={"default": "%(id)s.f%(format_id)s.%(ext)s"}
        )
    ).info

    assert {each["format_id"] for each in info["formats"]} == {str(itag) for itag in EVERY}
    assert max(each["height"] or 0 for each in info["formats"]) == 2160
    for each in info["formats"]:
        kind = FORMATS[int(each["format_id"])]
        found = {
            one["codec_type"]: one
            for one in await streams(yt_dlp.folder / f"{ID}.f{kind.itag}.{kind.extension}")
        }
        assert {type_: one["codec_name"] for type_, one in found.items()} == {
            type_: codec for type_, codec in (("video", kind.video), ("audio", kind.audio)) if codec
        }
        if kind.video:
            assert (found["video"]["width"], found["video"]["height"]) == (kind.width, kind.height)


async def test_everything_that_belongs_to_a_video_is_put_into_one_file(
    youtube: FakeYoutube, yt_dlp: YtDlp
) -> None:
    video = youtube.add(Video(ID, seconds=6, subtitles=["en", "fr"], segments=[Segment(2, 4)]))

    outcome = await yt_dlp.one(
        video.url,
        download=True,
        format="bv*[height<=720][vcodec^=avc1]+ba[ext=m4a]",
        merge_output_format="mp4",
        writethumbnail=True,
        writesubtitles=True,
        subtitleslangs=["en", "fr"],
        postprocessors=[
            {"key": "FFmpegThumbnailsConvertor", "format": "jpg"},
            {"key": "SponsorBlock", "categories": ["sponsor"]},
            {"key": "FFmpegEmbedSubtitle"},
            {"key": "ModifyChapters", "remove_sponsor_segments": ["sponsor"]},
            {"key": "FFmpegMetadata"},
            {"key": "EmbedThumbnail"},
        ],
    )

    assert not outcome.error
    found = [one for one in await streams(yt_dlp.folder / f"{ID}.mp4") if one["codec_type"] != "data"]
    assert [one["codec_name"] for one in found] == ["h264", "aac", "mov_text", "mov_text", "mjpeg"]
    assert 3.7 < float(found[1]["duration"]) < 4.3, "the sponsor's two seconds of six are cut out"
    assert {one.path for one in youtube.requests if one.host == "i.ytimg.com"} == {
        f"/vi_webp/{ID}/maxresdefault.webp"
    }


async def test_subtitles_are_told_apart_by_who_made_them(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID, subtitles=["en"], automatic_subtitles=["de"]))

    info = (await yt_dlp.one(video.url)).info

    assert set(info["subtitles"]) == {"en"}
    assert "de" in info["automatic_captions"] and "en" not in info["automatic_captions"]


async def test_live_streams_say_where_they_stand(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    videos = [
        youtube.add(Video(f"live{state.value:_<7}"[:11], live=state)) for state in (Live.NOW, Live.OVER)
    ]

    outcomes = await yt_dlp.each([video.url for video in videos])

    assert [outcome.info.get("live_status") for outcome in outcomes] == ["is_live", "was_live"], outcomes


async def test_a_premiere_says_when_it_begins(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    at = datetime(2030, 1, 1, 20, tzinfo=UTC)
    named = youtube.add(Video("premiereone", failure=Failure.PREMIERE, starts_at=at))
    soon = youtube.add(Video("premieretwo", failure=Failure.PREMIERE))

    first, second = await yt_dlp.each([named.url, soon.url], ignore_no_formats_error=True)

    assert (first.info["live_status"], first.info["release_timestamp"]) == ("is_upcoming", at.timestamp())
    assert second.info["release_timestamp"] > datetime.now(UTC).timestamp() + 3_600


async def test_every_form_of_address_leads_to_the_video(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    youtube.add(Video(ID))
    forms = [
        f"https://youtu.be/{ID}?si=abc&t=3",
        f"https://www.youtube.com/shorts/{ID}",
        f"https://m.youtube.com/watch?v={ID}",
        f"https://music.youtube.com/watch?v={ID}",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://www.youtube.com/live/{ID}",
    ]

    outcomes = await yt_dlp.each(forms)

    assert [outcome.info.get("id") for outcome in outcomes] == [ID] * len(forms), outcomes


async def test_nobody_gets_out(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    yt_dlp.extractors = "generic"

    outcomes = await yt_dlp.each(["https://example.org/video.mp4", "http://169.254.169.254/latest"])

    assert all(outcome.error for outcome in outcomes)
    assert set(youtube.refused_hosts) == {"example.org", "169.254.169.254"}
    assert not youtube.requests

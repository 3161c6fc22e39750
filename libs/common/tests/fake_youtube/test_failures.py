"""What the real yt-dlp says where a video cannot be had: with these sentences failures are told apart."""

from libs.common.tests.fake_youtube.real import YtDlp
from medianest_common.testing.fake_youtube import Failure, FakeYoutube, Video

SENTENCES = {
    Failure.PRIVATE: "Private video. Sign in if you've been granted access",
    Failure.GEO_BLOCKED: "not made this video available in your country",
    Failure.AGE_RESTRICTED: "Sign in to confirm your age",
    Failure.BOT_CHECK: "Sign in to confirm you’re not a bot",
    Failure.RATE_LIMITED: "rate-limited by YouTube for up to an hour",
    Failure.IP_BLOCKED: "Your IP is likely being blocked",
    Failure.CAPTCHA: "captcha challenge before playback",
    Failure.REMOVED: "has been removed by the uploader",
    Failure.TERMINATED: "account associated with this video has been terminated",
    Failure.COPYRIGHT: "copyright grounds",
    Failure.UNAVAILABLE: "Video unavailable",
    Failure.MEMBERS_ONLY: "members-only content",
    Failure.MEMBERS_LEVEL: "available to this channel's members",
    Failure.PREMIUM: "only available to Music Premium members",
    Failure.PAYMENT: "requires payment to watch",
    Failure.PREMIERE: "Premieres in",
    Failure.UPCOMING: "This live event will begin in",
    Failure.LIVE_ENDED: "live stream recording is not available",
    Failure.DRM: "This video is DRM protected",
    Failure.NO_FORMATS: "No video formats found",
    Failure.TOO_MANY_REQUESTS: "Failed to extract any player response",
}


async def test_each_failure_is_told_in_youtubes_words(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    videos = {
        failure: youtube.add(Video(f"fail{number:07d}", failure=failure))
        for number, failure in enumerate(Failure)
    }

    outcomes = dict(zip(videos, await yt_dlp.each([video.url for video in videos.values()]), strict=True))

    assert {
        failure: outcome.error
        for failure, outcome in outcomes.items()
        if SENTENCES[failure] not in outcome.error
    } == {}
    assert outcomes[Failure.GEO_BLOCKED].kind == "GeoRestrictedError"
    assert any("HTTP Error 429" in warning for warning in outcomes[Failure.TOO_MANY_REQUESTS].warnings)


async def test_a_failure_that_passes_is_over_after_so_many_tries(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video("passesafter", failure=Failure.BOT_CHECK, failures_left=2))

    outcomes = await yt_dlp.each([video.url] * 3)

    assert [bool(outcome.error) for outcome in outcomes] == [True, True, False]


async def test_cookies_help_where_they_would(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    cured = (Failure.AGE_RESTRICTED, Failure.MEMBERS_ONLY, Failure.BOT_CHECK)
    videos = [
        youtube.add(Video(f"cookie{number:05d}", failure=failure))
        for number, failure in enumerate([*cured, Failure.PRIVATE])
    ]
    cookies = yt_dlp.folder / "cookies.txt"
    cookies.write_text(youtube.cookies)

    outcomes = await yt_dlp.each([video.url for video in videos], cookiefile=str(cookies))

    assert [bool(outcome.error) for outcome in outcomes] == [False, False, False, True], outcomes

    youtube.sign_out()
    assert (await yt_dlp.one(videos[0].url, cookiefile=str(cookies))).error


async def test_without_a_runtime_there_is_nothing_to_play_where_the_player_has_to_be_run(
    youtube: FakeYoutube, yt_dlp: YtDlp
) -> None:
    video = youtube.add(Video("javascripts", needs_javascript=True))

    without = await yt_dlp.one(video.url, js_runtimes={})
    downloaded = await yt_dlp.one(video.url, download=True, format="18")

    assert "No video formats found" in without.error
    assert any("No supported JavaScript runtime" in warning for warning in without.warnings)
    assert not downloaded.error
    assert [each.status for each in youtube.media_requests(video)] == [206]


async def test_pages_can_be_refused_cut_and_left_hanging(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video("pagesfaulty"))

    youtube.pages.status = 503
    refused = await yt_dlp.one(video.url, extractor_retries=0)
    youtube.pages.status, youtube.pages.cut = None, True
    cut = await yt_dlp.one(video.url, extractor_retries=0)
    youtube.pages.cut, youtube.pages.hang = False, True
    hung = await yt_dlp.one(video.url, extractor_retries=0, socket_timeout=0.3)
    youtube.pages.left = 0
    well = await yt_dlp.one(video.url)

    assert "503" in refused.error
    assert cut.error and hung.error
    assert "timed out" in hung.error
    assert well.info["id"] == video.id

"""What yt-dlp says, and what is made of it. The texts are those of YouTube and yt-dlp, wrapped as they come."""

from datetime import timedelta

import pytest

from medianest_common.contracts.youtube import FailureCode
from medianest_youtube.failures import CONSEQUENCES, NotToBeHad, Retry, consequence
from medianest_youtube.sayings import classify
from medianest_youtube.worker.lines import Raised

SAID = [
    (FailureCode.PRIVATE, "[youtube] x: Private video. Sign in if you've been granted access to this video"),
    (FailureCode.GEO_BLOCKED, "[youtube] x: The uploader has not made this video available in your country"),
    (FailureCode.GEO_BLOCKED, "Content from X, who has blocked it in your country on copyright grounds"),
    (FailureCode.AGE_RESTRICTED, "Sign in to confirm your age. This video may be inappropriate for some users."),
    (FailureCode.BOT_CHECK, "Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies"),
    (FailureCode.BOT_CHECK, "Sign in to confirm you're not a bot. This helps protect our community."),
    (FailureCode.RATE_LIMITED, "Video unavailable. This content isn't available, try again later."),
    (FailureCode.RATE_LIMITED, "Unable to download API page: HTTP Error 429: Too Many Requests"),
    (FailureCode.RATE_LIMITED, "unable to download video data: HTTP Error 429: Too Many Requests"),
    (FailureCode.IP_BLOCKED, "All player responses are invalid. Your IP is likely being blocked by Youtube"),
    (FailureCode.IP_BLOCKED, "Video unavailable. YouTube is requiring a captcha challenge before playback"),
    (FailureCode.REMOVED, "Video unavailable. This video has been removed by the uploader"),
    (FailureCode.REMOVED, "Video unavailable. The YouTube account associated with this video has been terminated."),
    (FailureCode.REMOVED, "Video unavailable. Content from X, who has blocked it on copyright grounds"),
    (FailureCode.REMOVED, "[youtube:tab] PLx: YouTube said: The playlist does not exist."),
    (FailureCode.REMOVED, "[youtube:tab] UCx: Failed to resolve url (does the playlist exist?)"),
    (FailureCode.UNAVAILABLE, "ERROR: [youtube] x: Video unavailable"),
    (FailureCode.MEMBERS_ONLY, "Join this channel to get access to members-only content like this video."),
    (FailureCode.MEMBERS_ONLY, "This video is available to this channel's members on level: Gold."),
    (FailureCode.PAYMENT_REQUIRED, "This video is only available to Music Premium members"),
    (FailureCode.PAYMENT_REQUIRED, "This video requires payment to watch."),
    (FailureCode.UPCOMING, "Premieres in 3 hours"),
    (FailureCode.UPCOMING, "This live event will begin in 2 days."),
    (FailureCode.LIVE_ENDED, "This live stream recording is not available."),
    (FailureCode.DRM, "[youtube] x: This video is DRM protected"),
    (FailureCode.NO_FORMATS, "[youtube] x: No video formats found!; please report this issue"),
    (FailureCode.NO_FORMATS, "[youtube] x: Requested format is not available. Use --list-formats"),
    (FailureCode.FORBIDDEN_MEDIA, "unable to download video data: HTTP Error 403: Forbidden"),
    (FailureCode.NETWORK, "Failed to resolve 'www.youtube.com' ([Errno -2] Name or service not known)"),
    (FailureCode.NETWORK, "Failed to establish a new connection: [Errno 111] Connection refused"),
    (FailureCode.NETWORK, "The read operation timed out"),
    (FailureCode.NETWORK, "Read timed out. (read timeout=20.0)"),
    (FailureCode.NETWORK, "1000 bytes read, 2000 more expected. Giving up after 10 retries"),
    (FailureCode.NETWORK, "Unable to download webpage: HTTP Error 503: Service Unavailable"),
    (FailureCode.NO_SPACE, "unable to write data: [Errno 28] No space left on device"),
    (FailureCode.TOO_LARGE, "unable to write data: [Errno 27] File too large"),
    (FailureCode.UNSUPPORTED, "No suitable extractor found for URL https://x"),
    (FailureCode.UNSUPPORTED, "Unsupported URL: https://x"),
    (FailureCode.FFMPEG_MISSING, "You have requested merging of multiple formats but ffmpeg is not installed."),
    (FailureCode.FFMPEG_MISSING, "Postprocessing: ffprobe and ffmpeg not found. Please install or provide the path"),
    (FailureCode.FFMPEG_MISSING, "[Errno 2] No such file or directory: '/opt/ffmpeg'"),
    (FailureCode.UNKNOWN, "KeyError('streamingData'); please report this issue"),
]  # fmt: skip


@pytest.mark.parametrize("code,text", SAID, ids=[f"{code}-{number}" for number, (code, _) in enumerate(SAID)])
def test_each_reason_has_its_code_in_whatever_case(code: FailureCode, text: str) -> None:
    assert classify(text) is code
    assert classify(text.upper()) is code


def test_the_type_that_was_wrapped_decides_where_the_words_do_not() -> None:
    assert classify("Video unavailable", "GeoRestrictedError") is FailureCode.GEO_BLOCKED
    assert classify("whatever", "UnsupportedError") is FailureCode.UNSUPPORTED


def test_no_formats_without_a_javascript_runtime_is_our_fault_and_not_the_videos() -> None:
    assert (
        Raised(text="No video formats found!", has_js_runtime=False).judged().code
        is FailureCode.NO_JS_RUNTIME
    )


def test_what_was_said_before_counts_where_the_error_says_nothing() -> None:
    """And only what nobody would have got over."""
    said = "Unable to download API page: HTTP Error 429"

    assert Raised(text="Failed to extract", context=said).judged().code is FailureCode.RATE_LIMITED
    assert Raised(text="Failed to extract", context="Video unavailable").judged().code is FailureCode.UNKNOWN
    assert Raised(text="Conversion failed!").judged().code is FailureCode.BROKEN_FILE
    full = Raised(text="Conversion failed!", context="Error writing trailer: No space left on device")
    assert full.judged().code is FailureCode.NO_SPACE
    assert Raised(text="Private video", context=said).judged().code is FailureCode.PRIVATE
    assert (
        Raised(text="", context="a\nav_write: No space left on device").judged().code is FailureCode.NO_SPACE
    )


@pytest.mark.parametrize("code", FailureCode)
def test_each_code_has_a_sentence_for_people(code: FailureCode) -> None:
    sentence = consequence(code).sentence

    assert sentence.endswith(".")
    assert not any(word in sentence for word in ("Error", "yt_dlp", "Exception", "HTTP"))
    assert set(FailureCode) == set(CONSEQUENCES)


def test_a_bot_check_rests_the_queue_instead_of_being_tried_twenty_times() -> None:
    """pinchflat#386, pinchflat#585."""
    for code in (
        FailureCode.BOT_CHECK,
        FailureCode.RATE_LIMITED,
        FailureCode.IP_BLOCKED,
        FailureCode.NO_SPACE,
    ):
        what_follows = consequence(code)
        assert what_follows.retry is Retry.AFTER_PAUSE
        assert what_follows.pause
        assert what_follows.delay(1) is None
    assert (consequence(FailureCode.RATE_LIMITED).pause or timedelta()) >= timedelta(hours=1)


def test_a_private_video_is_final_and_rests_nobody_else() -> None:
    """tubearchivist#307, tubearchivist#477."""
    for code in (FailureCode.PRIVATE, FailureCode.REMOVED, FailureCode.GEO_BLOCKED, FailureCode.DRM):
        assert consequence(code).retry is Retry.NEVER
        assert consequence(code).pause is None


def test_an_outage_is_not_held_against_a_video() -> None:
    """tubearchivist#662."""
    network = consequence(FailureCode.NETWORK)

    delays = [network.delay(attempts) for attempts in range(1, 7)]
    assert delays == [*network.delays, None]
    assert list(network.delays) == sorted(network.delays)
    assert sum(network.delays, timedelta()) > timedelta(days=1)


def test_a_refusal_tells_people_the_sentence_and_keeps_the_text_for_the_log() -> None:
    refused = NotToBeHad(FailureCode.PRIVATE, "secret text of yt-dlp")

    document = refused.problem()
    assert document["status"] == 422
    assert document["reason"] == "PRIVATE"
    assert "secret" not in str(document)
    assert not refused.transient
    assert NotToBeHad(FailureCode.NETWORK).transient

"""From what yt-dlp says to a code.

The order of the rules matters: YouTube puts "Video unavailable" before many reasons, and "Sign in" before two.
"""

import re

from medianest_common.contracts.youtube import FailureCode


def _rule(code: FailureCode, *fragments: str) -> tuple[FailureCode, re.Pattern[str]]:
    return code, re.compile("|".join(fragments), re.IGNORECASE)


_RULES = (
    _rule(FailureCode.NO_SPACE, r"\[Errno 28\]", r"No space left on device", r"\[Errno 122\]"),
    _rule(FailureCode.TOO_LARGE, r"\[Errno 27\]", r"File too large", r"larger than max-filesize"),
    _rule(FailureCode.BOT_CHECK, r"Sign in to confirm you'?re not a bot", r"confirm that you'?re not a bot"),
    _rule(
        FailureCode.RATE_LIMITED,
        r"content isn't available, try again later",
        r"rate-limited by YouTube",
        r"HTTP Error 429",
        r"Too Many Requests",
    ),
    _rule(
        FailureCode.IP_BLOCKED,
        r"Your IP is likely being blocked",
        r"captcha challenge before playback",
        r"All player responses are invalid",
    ),
    _rule(
        FailureCode.AGE_RESTRICTED, r"confirm your age", r"age-restricted", r"inappropriate for some users"
    ),
    _rule(
        FailureCode.MEMBERS_ONLY,
        r"members-only",
        r"available to this channel's members",
        r"Join this channel to get access",
    ),
    _rule(
        FailureCode.PAYMENT_REQUIRED,
        r"Music Premium members",
        r"YouTube Premium members",
        r"requires payment to watch",
        r"requires purchase",
        r"requires a subscription",
    ),
    _rule(FailureCode.PRIVATE, r"Private video", r"This video is private", r"playlist is private"),
    _rule(
        FailureCode.GEO_BLOCKED,
        r"available in your country",
        r"blocked it in your country",
        r"from your location",
        r"in your region",
    ),
    _rule(FailureCode.LIVE_ENDED, r"live stream recording is not available", r"live event has ended"),
    _rule(
        FailureCode.UPCOMING,
        r"Premieres in",
        r"Premiere will begin",
        r"live event will begin",
        r"live stream will begin",
    ),
    _rule(FailureCode.DRM, r"DRM protected"),
    _rule(
        FailureCode.REMOVED,
        r"has been removed",
        r"associated with this video has been terminated",
        r"account has been terminated",
        r"copyright grounds",
        r"copyright claim",
        r"no longer available",
        r"playlist does not exist",
        r"does the playlist exist",
        r"channel does not exist",
    ),
    _rule(FailureCode.NO_JS_RUNTIME, r"No supported JavaScript runtime"),
    _rule(
        FailureCode.FFMPEG_MISSING,
        r"ffmpeg is not installed",
        r"ff(mpeg|probe) not found",
        r"ff(mpeg|probe) and ff(mpeg|probe) not found",
        r"No such file or directory: '[^']*ff(mpeg|probe)'",
    ),
    _rule(
        FailureCode.NO_FORMATS,
        r"No video formats found",
        r"Requested format is not available",
        r"Only images are available",
    ),
    _rule(
        FailureCode.FORBIDDEN_MEDIA,
        r"unable to download video data: HTTP Error 40[34]",
        r"fragment \d+.*HTTP Error 40[34]",
        r"fragment not found",
    ),
    _rule(FailureCode.UNSUPPORTED, r"No suitable extractor", r"Unsupported URL", r"not a valid URL"),
    _rule(
        FailureCode.NETWORK,
        r"Failed to resolve '",
        r"Failed to establish",
        r"Failed to perform",
        r"timed? ?out",
        r"more expected",
        r"Giving up after",
        r"Connection (reset|refused|aborted)",
        r"Remote end closed",
        r"IncompleteRead",
        r"Name or service not known",
        r"name resolution",
        r"Network is unreachable",
        r"No route to host",
        r"Unable to connect to proxy",
        r"Tunnel connection failed",
        r"Cannot connect to proxy",
        r"UNEXPECTED_EOF",
        r"EOF occurred",
        r"CERTIFICATE_VERIFY_FAILED",
        r"HTTP Error 5\d\d",
    ),
    _rule(
        FailureCode.UNAVAILABLE,
        r"Video unavailable",
        r"This video is (not available|unavailable)",
        r"content isn't available",
        r"HTTP Error 404",
    ),
    _rule(
        FailureCode.BROKEN_FILE,
        r"Invalid data found when processing input",
        r"moov atom not found",
        r"Conversion failed!",
    ),
)

_BY_INNER_TYPE = {
    "GeoRestrictedError": FailureCode.GEO_BLOCKED,
    "UnsupportedError": FailureCode.UNSUPPORTED,
}


def classify(text: str, inner: str = "") -> FailureCode:
    """`inner` is the name of the type of what yt-dlp wrapped in its own error."""
    text = text.replace("’", "'").replace("‘", "'")
    code = next((code for code, pattern in _RULES if pattern.search(text)), None)
    if code in (None, FailureCode.UNAVAILABLE, FailureCode.REMOVED):
        code = _BY_INNER_TYPE.get(inner, code)
    return code or FailureCode.UNKNOWN

"""What YouTube says where a video cannot be had. The sentences are those that real players are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

Json = dict[str, Any]


class Failure(StrEnum):
    PRIVATE = "private"
    GEO_BLOCKED = "geo_blocked"
    AGE_RESTRICTED = "age_restricted"
    """Gone for a client that sends the cookies of `FakeYoutube.cookies`."""
    BOT_CHECK = "bot_check"
    RATE_LIMITED = "rate_limited"
    IP_BLOCKED = "ip_blocked"
    """Another video's data is sent instead."""
    CAPTCHA = "captcha"
    REMOVED = "removed"
    TERMINATED = "terminated"
    COPYRIGHT = "copyright"
    UNAVAILABLE = "unavailable"
    MEMBERS_ONLY = "members_only"
    """Gone for a client with cookies, as the next."""
    MEMBERS_LEVEL = "members_level"
    PREMIUM = "premium"
    PAYMENT = "payment"
    PREMIERE = "premiere"
    UPCOMING = "upcoming"
    LIVE_ENDED = "live_ended"
    DRM = "drm"
    NO_FORMATS = "no_formats"
    TOO_MANY_REQUESTS = "too_many_requests"
    """The page and the API answer 429."""


class _Saying(NamedTuple):
    status: str
    reason: str
    more: str | None = None


CURED_BY_COOKIES = frozenset(
    {Failure.AGE_RESTRICTED, Failure.MEMBERS_ONLY, Failure.MEMBERS_LEVEL, Failure.BOT_CHECK}
)
WITHOUT_MEDIA = frozenset({Failure.DRM, Failure.NO_FORMATS})
"""The video is shown as well, but there is nothing to play."""

_MEMBERS = (
    "Join this channel to get access to members-only content like this video, and other exclusive perks."
)
_SAYINGS: Mapping[Failure, _Saying] = {
    Failure.PRIVATE: _Saying(
        "LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access to this video"
    ),
    Failure.GEO_BLOCKED: _Saying(
        "UNPLAYABLE", "Video unavailable", "The uploader has not made this video available in your country"
    ),
    Failure.AGE_RESTRICTED: _Saying(
        "LOGIN_REQUIRED", "Sign in to confirm your age", "This video may be inappropriate for some users."
    ),
    Failure.BOT_CHECK: _Saying(
        "LOGIN_REQUIRED",
        "Sign in to confirm you’re not a bot",
        "This helps protect our community. Learn more",
    ),
    Failure.RATE_LIMITED: _Saying(
        "UNPLAYABLE", "Video unavailable", "This content isn't available, try again later."
    ),
    Failure.CAPTCHA: _Saying("UNPLAYABLE", "Video unavailable"),
    Failure.REMOVED: _Saying("ERROR", "Video unavailable", "This video has been removed by the uploader"),
    Failure.TERMINATED: _Saying(
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the YouTube account associated with this video has been terminated.",
    ),
    Failure.COPYRIGHT: _Saying(
        "UNPLAYABLE",
        "Video unavailable",
        "This video contains content from Fixture Inc, who has blocked it on copyright grounds",
    ),
    Failure.UNAVAILABLE: _Saying("ERROR", "Video unavailable"),
    Failure.MEMBERS_ONLY: _Saying("UNPLAYABLE", _MEMBERS),
    Failure.MEMBERS_LEVEL: _Saying(
        "UNPLAYABLE",
        "This video is available to this channel's members on level: Gold (or any higher level). Join this channel to "
        "get access to members-only content and other exclusive perks.",
    ),
    Failure.PREMIUM: _Saying("UNPLAYABLE", "This video is only available to Music Premium members"),
    Failure.PAYMENT: _Saying("UNPLAYABLE", "This video requires payment to watch."),
    Failure.PREMIERE: _Saying("LIVE_STREAM_OFFLINE", "Premieres in 3 hours"),
    Failure.UPCOMING: _Saying("LIVE_STREAM_OFFLINE", "This live event will begin in 2 days."),
    Failure.LIVE_ENDED: _Saying("LIVE_STREAM_OFFLINE", "This live stream recording is not available."),
}
TO_COME: Mapping[Failure, timedelta] = {
    Failure.PREMIERE: timedelta(hours=3),
    Failure.UPCOMING: timedelta(days=2),
}
"""From now, where the video does not say when."""


def playability(failure: Failure, *, starts_at: datetime | None = None) -> Json:
    """The `playabilityStatus` of a player's answer; `starts_at` for what is to come."""
    saying = _SAYINGS[failure]
    message: Json = {"reason": {"simpleText": saying.reason}}
    if saying.more:
        message["subreason"] = {"simpleText": saying.more}
    screen: Json = {"playerErrorMessageRenderer": message}
    if failure is Failure.CAPTCHA:
        screen = {"playerCaptchaViewModel": {"challenge": "none"}}
    answer: Json = {"status": saying.status, "reason": saying.reason, "errorScreen": screen}
    if starts_at is not None:
        slate = {"liveStreamOfflineSlateRenderer": {"scheduledStartTime": str(int(starts_at.timestamp()))}}
        answer["liveStreamability"] = {"liveStreamabilityRenderer": {"offlineSlate": slate}}
    return answer

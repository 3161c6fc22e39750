"""What follows from each reason why something cannot be downloaded, and a sentence for people."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus

from medianest_common.contracts.youtube import FailureCode
from medianest_common.errors import MediaNestError

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class NotToBeHad(MediaNestError):
    """YouTube, or the way to it, refuses what somebody has asked for; `failure` says why, `text` is for logs."""

    status, title = HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be downloaded"

    def __init__(self, failure: FailureCode, text: str = "", *, release_timestamp: int | None = None) -> None:
        what_follows = consequence(failure)
        super().__init__(what_follows.sentence, reason=str(failure))
        self.failure, self.text, self.release_timestamp = failure, text, release_timestamp
        self.transient = what_follows.retry in (Retry.BACKOFF, Retry.AFTER_PAUSE)  # type: ignore[misc]


class Retry(StrEnum):
    NEVER = "never"
    AT_RELEASE = "at_release"
    """When the premiere or stream is said to begin."""
    BACKOFF = "backoff"
    AFTER_UPDATE = "after_update"
    """Once yt-dlp is a newer one, and a day later in case YouTube was at fault."""
    WITH_COOKIES = "with_cookies"
    """At once, if cookies are set and were not used."""
    AFTER_PAUSE = "after_pause"
    """When the queue goes on; not an attempt of this video."""


@dataclass(frozen=True, slots=True)
class Consequence:
    sentence: str
    retry: Retry = Retry.NEVER
    delays: tuple[timedelta, ...] = ()
    """How long to wait after the first failure, after the second …; then it is final."""
    pause: timedelta | None = None
    """For so long nothing else is asked of YouTube, or written to the disk, either."""

    def delay(self, attempts: int) -> timedelta | None:
        """`attempts` have failed like this, the last one included; None: it is not tried again by itself."""
        return self.delays[attempts - 1] if 0 < attempts <= len(self.delays) else None


_BACKOFF = (2 * _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY)

CONSEQUENCES: dict[FailureCode, Consequence] = {
    FailureCode.PRIVATE: Consequence("This video is private. Only its owner can let others see it."),
    FailureCode.GEO_BLOCKED: Consequence(
        "This video cannot be seen from this server's country. A proxy in another country would help."
    ),
    FailureCode.AGE_RESTRICTED: Consequence(
        "YouTube shows this video to grown-ups who are signed in. "
        "An administrator can set the cookies of an account.",
        Retry.WITH_COOKIES,
    ),
    FailureCode.BOT_CHECK: Consequence(
        "YouTube wants a proof that no robot is asking. All downloads rest for a while; "
        "cookies of an account, set by an administrator, would help.",
        Retry.AFTER_PAUSE,
        pause=6 * _HOUR,
    ),
    FailureCode.RATE_LIMITED: Consequence(
        "YouTube has had too many questions from here. All downloads rest for an hour and go on by themselves.",
        Retry.AFTER_PAUSE,
        pause=_HOUR + 5 * _MINUTE,
    ),
    FailureCode.IP_BLOCKED: Consequence(
        "YouTube does not answer this server's address at present. All downloads rest for some hours; "
        "another address or a proxy would help.",
        Retry.AFTER_PAUSE,
        pause=6 * _HOUR,
    ),
    FailureCode.REMOVED: Consequence("This video has been removed from YouTube."),
    FailureCode.UNAVAILABLE: Consequence(
        "YouTube says that this video is unavailable, without a reason. It is tried once more after a day.",
        Retry.BACKOFF,
        (_DAY,),
    ),
    FailureCode.MEMBERS_ONLY: Consequence(
        "This video is for members of the channel. "
        "An administrator can set the cookies of an account that is a member.",
        Retry.WITH_COOKIES,
    ),
    FailureCode.PAYMENT_REQUIRED: Consequence(
        "This video has to be paid for. The cookies of an account that has paid would help.",
        Retry.WITH_COOKIES,
    ),
    FailureCode.UPCOMING: Consequence(
        "This video has not begun yet. It is downloaded when it has.", Retry.AT_RELEASE, (_HOUR,) * 48
    ),
    FailureCode.LIVE_NOW: Consequence(
        "This is a live stream that still goes on. It is downloaded when it has ended.",
        Retry.BACKOFF,
        (_HOUR,) * 48,
    ),
    FailureCode.LIVE_ENDED: Consequence(
        "The live stream has ended, and its channel keeps no recording of it."
    ),
    FailureCode.DRM: Consequence("This video is protected against copying and cannot be downloaded."),
    FailureCode.NO_FORMATS: Consequence(
        "YouTube has sent nothing that can be downloaded in this way. "
        "Another profile, or a newer yt-dlp, may help.",
        Retry.AFTER_UPDATE,
        (_DAY, 3 * _DAY),
    ),
    FailureCode.NO_JS_RUNTIME: Consequence(
        "This video needs a JavaScript runtime, which this server lacks. An administrator can install deno.",
        Retry.AFTER_UPDATE,
        (_DAY, 3 * _DAY),
    ),
    FailureCode.FFMPEG_MISSING: Consequence(
        "This server lacks ffmpeg, which puts picture and sound together. All downloads rest until an administrator "
        "has installed it.",
        Retry.AFTER_PAUSE,
        pause=_DAY,
    ),
    FailureCode.FORBIDDEN_MEDIA: Consequence(
        "YouTube has refused the file itself. The video is looked up anew and tried again.",
        Retry.BACKOFF,
        (_MINUTE, _HOUR),
    ),
    FailureCode.DAILY_LIMIT: Consequence(
        "As many videos as are fetched within a day have been fetched, so that YouTube does not block this server. "
        "Downloads go on by themselves at midnight UTC.",
        Retry.AFTER_PAUSE,
        pause=_DAY,
    ),
    FailureCode.NETWORK: Consequence(
        "The connection to YouTube does not work at present. It is tried again by itself.",
        Retry.BACKOFF,
        _BACKOFF,
    ),
    FailureCode.NO_SPACE: Consequence(
        "The disk is full. Downloads go on when there is room: delete what nobody watches, or add a disk.",
        Retry.AFTER_PAUSE,
        pause=15 * _MINUTE,
    ),
    FailureCode.UNSUPPORTED: Consequence("This link leads to nothing that can be downloaded here."),
    FailureCode.STALLED: Consequence(
        "Nothing has arrived for minutes, so the download was stopped. It is tried again from where it was.",
        Retry.BACKOFF,
        _BACKOFF,
    ),
    FailureCode.TOO_SLOW: Consequence(
        "YouTube sends this video so slowly that others would wait for it for hours. "
        "It goes on from where it was, later.",
        Retry.BACKOFF,
        _BACKOFF,
    ),
    FailureCode.CRASHED: Consequence(
        "The download ended unexpectedly. It is tried again from where it was.",
        Retry.BACKOFF,
        (_MINUTE, 10 * _MINUTE, _HOUR),
    ),
    FailureCode.BROKEN_FILE: Consequence(
        "What has arrived is damaged or not complete. It is downloaded again from the beginning.",
        Retry.BACKOFF,
        (_MINUTE, _HOUR),
    ),
    FailureCode.TOO_LARGE: Consequence(
        "The video is larger than is allowed here. A lower quality may fit."
    ),
    FailureCode.UNKNOWN: Consequence(
        "The download did not work, for a reason not known here. An administrator finds it in the log.",
        Retry.BACKOFF,
        (10 * _MINUTE, 6 * _HOUR, _DAY),
    ),
}  # fmt: skip


def consequence(code: FailureCode) -> Consequence:
    return CONSEQUENCES[code]


def wants_cookies(code: FailureCode) -> bool:
    """An account's cookies would help. They are used for nothing else, since YouTube blocks accounts that download."""
    return consequence(code).retry is Retry.WITH_COOKIES or code is FailureCode.BOT_CHECK


def list_wants_cookies(code: FailureCode) -> bool:
    """To whom may not see it YouTube also says of a private playlist that it does not exist."""
    return wants_cookies(code) or code in (FailureCode.PRIVATE, FailureCode.REMOVED)

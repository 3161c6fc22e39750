"""What follows when a download has failed: for the video, and for the queue as a whole."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_youtube.failures import Retry, consequence

MOST_ATTEMPTS = 5
"""That are made without anybody's asking."""
_BLAMELESS = frozenset({FailureCode.UPCOMING, FailureCode.LIVE_NOW, FailureCode.NETWORK})
"""Time or the line has to get better; the video has not used up an attempt."""
OF_THE_MACHINE = frozenset({FailureCode.NO_SPACE, FailureCode.FFMPEG_MISSING})
"""What rests the queue and has nothing to do with YouTube: it is over when it is over here."""
_AFTER_THE_BEGINNING = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`counts`: it was one of the attempts that there are. `yields`: others are let in front."""

    status: DownloadStatus
    not_before: datetime | None = None
    counts: bool = True
    yields: bool = False


def follow_up(
    code: FailureCode, *, failures: int, attempts: int, now: datetime, release_timestamp: int | None = None
) -> FollowUp:
    """`failures` in a row have had this code, `attempts` have been made; both count the last one."""
    what = consequence(code)
    blameless = code in _BLAMELESS or what.retry is Retry.AFTER_PAUSE
    if what.retry is Retry.AFTER_PAUSE:
        # One video that sets the alarm off each time must not keep all others from being downloaded.
        if failures >= MOST_ATTEMPTS and code is not FailureCode.NO_SPACE:
            return FollowUp(DownloadStatus.FAILED)
        return FollowUp(DownloadStatus.QUEUED, counts=False, yields=failures > 1)
    if what.retry in (Retry.NEVER, Retry.WITH_COOKIES):
        return FollowUp(DownloadStatus.FAILED)
    if what.retry is Retry.AT_RELEASE and release_timestamp is not None:
        begins = datetime.fromtimestamp(release_timestamp, UTC) + _AFTER_THE_BEGINNING
        if begins > now:
            return FollowUp(DownloadStatus.WAITING, begins, counts=False)
    delay = what.delay(failures)
    if code is FailureCode.NETWORK:
        # An outage, however long, is nothing that the video has done.
        delay = delay or what.delays[-1]
    if delay is None or (attempts >= MOST_ATTEMPTS and not blameless):
        return FollowUp(DownloadStatus.FAILED)
    return FollowUp(DownloadStatus.WAITING, now + delay, counts=not blameless)


def pause_for(code: FailureCode, *, strikes: int) -> timedelta | None:
    """How long the queue rests when this has happened so many times in a row; None: it does not."""
    pause = consequence(code).pause
    if pause is None or code in OF_THE_MACHINE:
        return pause
    return min(pause * (1 << (strikes - 1)), _LONGEST_PAUSE)


def shows_that_youtube_answers(code: FailureCode) -> bool:
    """A refusal of this one video is an answer too, so the queue need not rest any longer."""
    return consequence(code).pause is None and code not in (
        FailureCode.NETWORK,
        FailureCode.STALLED,
        FailureCode.TOO_SLOW,
        FailureCode.CRASHED,
        FailureCode.UNKNOWN,
    )

"""What follows from a failure, code by code."""

from datetime import UTC, datetime, timedelta

import pytest

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_youtube.failures import CONSEQUENCES, Retry
from medianest_youtube.policy import MOST_ATTEMPTS, follow_up, pause_for

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("code", list(FailureCode))
def test_nothing_is_tried_for_ever_but_what_waits_for_the_line_or_the_disk(code: FailureCode) -> None:
    """pinchflat#386: one and the same failure was repeated twenty times."""
    endless = (FailureCode.NETWORK, FailureCode.NO_SPACE)
    attempts = 0
    for failures in range(1, 60):
        then = follow_up(code, failures=failures, attempts=attempts + 1, now=NOW)
        attempts += then.counts
        if then.status is DownloadStatus.FAILED:
            break
        assert then.status in (DownloadStatus.WAITING, DownloadStatus.QUEUED)
        assert then.not_before is None or then.not_before > NOW
    assert (then.status is DownloadStatus.FAILED) is (code not in endless)
    assert attempts <= MOST_ATTEMPTS


def test_an_outage_waits_longer_each_time_and_never_more_than_a_day() -> None:
    waits = [follow_up(FailureCode.NETWORK, failures=n, attempts=1, now=NOW).not_before for n in range(1, 12)]
    assert waits == sorted(waits)  # type: ignore[type-var]
    assert waits[-1] == NOW + timedelta(days=1)


def test_a_premiere_is_looked_at_when_it_has_begun_and_later_if_it_has_not() -> None:
    begins = NOW + timedelta(hours=5)
    first = follow_up(
        FailureCode.UPCOMING, failures=1, attempts=1, now=NOW, release_timestamp=int(begins.timestamp())
    )
    assert first.not_before == begins + timedelta(minutes=2)
    past = follow_up(
        FailureCode.UPCOMING, failures=1, attempts=1, now=NOW, release_timestamp=int(NOW.timestamp()) - 600
    )
    assert past.not_before == NOW + timedelta(hours=1)


def test_each_pause_in_a_row_is_longer_up_to_a_day() -> None:
    lengths = [pause_for(FailureCode.BOT_CHECK, strikes=n) for n in range(1, 8)]
    assert lengths[0] == timedelta(hours=6)
    assert lengths[1] == timedelta(hours=12)
    assert lengths[-1] == timedelta(hours=24)
    assert pause_for(FailureCode.PRIVATE, strikes=1) is None


def test_every_code_that_rests_the_queue_gives_the_video_back_to_it() -> None:
    for code, what in CONSEQUENCES.items():
        if what.pause is not None:
            assert what.retry is Retry.AFTER_PAUSE
            then = follow_up(code, failures=1, attempts=1, now=NOW)
            assert (then.status, then.counts) == (DownloadStatus.QUEUED, False)

"""Waits between attempts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.http import Retry
from medianest_common.http.retry import parse_retry_after

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@given(st.integers(1, 9), st.none() | st.floats(0, 5))
def test_a_wait_is_jittered_bounded_and_no_shorter_than_asked(
    attempt: int, retry_after: float | None
) -> None:
    wait = Retry(attempts=10, base=0.2, cap=2).wait(attempt, retry_after=retry_after)
    assert wait is not None
    assert (retry_after or 0) <= wait <= (retry_after or 0) + min(2, 0.2 * 2 ** (attempt - 1))


def test_it_gives_up_after_the_last_attempt_or_when_asked_to_wait_too_long() -> None:
    assert Retry(attempts=3).wait(3, retry_after=None) is None
    assert Retry(longest_wait=5).wait(1, retry_after=5.1) is None


@pytest.mark.parametrize(
    "header, seconds",
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 25 Nov 2026 12:01:00 GMT", 60),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
        ("Wed, 25 Nov 2026 12:01:00 -0000", 60),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, 999999999),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, now=NOW) == seconds


@given(st.text(max_size=60))
def test_a_strange_retry_after_never_crashes(header: str) -> None:
    seconds = parse_retry_after(header, now=NOW)
    assert seconds is None or seconds >= 0

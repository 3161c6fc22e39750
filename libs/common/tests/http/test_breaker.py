"""The circuit breaker as a state machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.clock import ManualClock
from medianest_common.errors import Unavailable
from medianest_common.http import BreakerState, CircuitBreaker


@pytest.fixture
def breaker(clock: ManualClock) -> CircuitBreaker:
    return CircuitBreaker("plex", clock=clock, threshold=3, reset_after=10)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit())


def state_of(breaker: CircuitBreaker) -> BreakerState:
    return breaker.state


def test_it_opens_after_failures_in_a_row_only(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.succeeded(breaker.admit())
    fail(breaker, 2)
    assert state_of(breaker) is BreakerState.CLOSED
    fail(breaker, 1)
    assert state_of(breaker) is BreakerState.OPEN


def test_it_says_when_to_come_back(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance(4)
    with pytest.raises(Unavailable) as caught:
        breaker.admit()
    assert caught.value.retry_after == 6


def test_one_trial_at_a_time(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance(10)
    assert state_of(breaker) is BreakerState.HALF_OPEN
    trial = breaker.admit()
    with pytest.raises(Unavailable):
        breaker.admit()
    breaker.abandoned(trial)
    breaker.succeeded(breaker.admit())
    assert state_of(breaker) is BreakerState.CLOSED


def test_a_late_answer_from_before_the_change_does_not_count(
    breaker: CircuitBreaker, clock: ManualClock
) -> None:
    late_success, late_failure = breaker.admit(), breaker.admit()
    fail(breaker, 3)
    breaker.succeeded(late_success)
    assert state_of(breaker) is BreakerState.OPEN
    clock.advance(10)
    trial = breaker.admit()
    breaker.failed(late_failure)
    breaker.succeeded(trial)
    assert state_of(breaker) is BreakerState.CLOSED


def test_reset_lets_calls_through_at_once(breaker: CircuitBreaker) -> None:
    fail(breaker, 3)
    breaker.reset()
    breaker.succeeded(breaker.admit())
    assert (state_of(breaker), breaker.failures) == (BreakerState.CLOSED, 0)


@given(st.lists(st.sampled_from(["good", "bad", "gone", "wait"]), max_size=60))
def test_it_always_lets_a_call_through_again_in_the_end(steps: list[str]) -> None:
    clock = ManualClock()
    breaker = CircuitBreaker("plex", clock=clock, threshold=2, reset_after=5)
    for step in steps:
        if step == "wait":
            clock.advance(3)
            continue
        try:
            permit = breaker.admit()
        except Unavailable:
            assert state_of(breaker) is BreakerState.OPEN
            continue
        {"good": breaker.succeeded, "bad": breaker.failed, "gone": breaker.abandoned}[step](permit)
    clock.advance(5)
    breaker.succeeded(breaker.admit())
    assert state_of(breaker) is BreakerState.CLOSED

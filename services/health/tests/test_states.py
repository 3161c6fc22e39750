"""What the checks of one monitor amount to, whatever they were and whenever they came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.clock import uuid7
from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding
from medianest_health.models import Standing
from medianest_health.states import (
    MOST_TURNS,
    STABLE_FOR,
    TURNS_WITHIN,
    Around,
    Judgement,
    judge,
    judge_again,
    judgement_of,
)
from medianest_health.verdict import ANSWERED, KNOWN, Rule, decide, weigh

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP, DOWN, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.UNKNOWN
DEGRADED, AUTH, PENDING = MonitorState.DEGRADED, MonitorState.AUTH, MonitorState.PENDING
FLAPPING, MAINTENANCE = MonitorState.FLAPPING, MonitorState.MAINTENANCE

outcomes = st.sampled_from([UP, DOWN, DEGRADED, AUTH, UNKNOWN])
rules = st.integers(1, 10).flatmap(
    lambda out_of: st.builds(
        Rule,
        failures=st.integers(1, out_of),
        out_of=st.just(out_of),
        successes=st.integers(1, 10),
        interval=st.integers(20, 3600).map(lambda seconds: timedelta(seconds=seconds)),
    )
)


@dataclass
class Watch:
    rule: Rule = field(default_factory=Rule)
    around: Around = field(default_factory=Around)
    now: datetime = NOON
    stands: Judgement | None = None

    def sees(self, outcome: MonitorState, *, after: timedelta | None = None) -> Judgement:
        self.now += after or self.rule.interval
        self.stands, _ = judge(self.stands, Finding(outcome), rule=self.rule, around=self.around, at=self.now)
        return self.stands

    def sees_all(self, seen: Sequence[MonitorState]) -> list[MonitorState]:
        return [self.sees(outcome).state for outcome in seen]


@given(rules, st.lists(st.integers(1, 100_000), min_size=1, max_size=30))
def test_uptime_kuma_3946_what_only_fails_is_pending_for_as_long_as_its_failures_take_and_no_longer(
    rule: Rule, waits: list[int]
) -> None:
    watch = Watch(rule)
    first = watch.sees(DOWN).since
    for wait in waits:
        stands = watch.sees(DOWN, after=timedelta(seconds=wait))
        if watch.now - first >= rule.failures * rule.interval:
            assert stands.state is DOWN
        assert stands.state in (PENDING, DOWN)


@given(rules, st.lists(st.booleans(), max_size=60))
def test_it_is_down_exactly_from_enough_failures_until_the_next_answer(rule: Rule, fails: list[bool]) -> None:
    watch, seen = Watch(rule), [True]
    watch.sees(UP)
    for failed in fails:
        was = watch.stands and watch.stands.verdict.state
        stands = watch.sees(DOWN if failed else UP)
        seen.append(not failed)
        enough = seen[-rule.out_of :].count(False) >= rule.failures
        assert (stands.verdict.state is DOWN) is (failed and (enough or was is DOWN))


@given(rules, st.lists(outcomes, max_size=60))
def test_an_answer_is_shown_at_once(rule: Rule, seen: list[MonitorState]) -> None:
    watch = Watch(rule)
    for outcome in seen:
        stands = watch.sees(outcome)
        if outcome in (*ANSWERED, UNKNOWN):
            assert stands.verdict.state is outcome


@given(rules, st.lists(st.tuples(outcomes, st.integers(1, 5_000)), min_size=1, max_size=60))
def test_nothing_was_so_since_before_it_was(rule: Rule, seen: list[tuple[MonitorState, int]]) -> None:
    watch, last = Watch(rule), NOON
    for outcome, wait in seen:
        stands = watch.sees(outcome, after=timedelta(seconds=wait))
        assert last <= stands.verdict.since <= watch.now
        assert stands.since <= watch.now
        assert len(stands.verdict.recent) <= max(rule.out_of, rule.successes, 2)
        last = stands.verdict.since


@pytest.mark.parametrize("seconds", [20, 60, 3600])
def test_what_was_before_a_gap_counts_no_more_and_how_long_a_gap_is_depends_on_the_interval(
    seconds: int,
) -> None:
    rule = Rule(interval=timedelta(seconds=seconds))
    for gap, expected in ((rule.hold, DOWN), (rule.hold + timedelta(seconds=1), UP)):
        watch = Watch(rule)
        watch.sees_all([UP, DOWN])
        assert watch.sees(DOWN, after=gap).state is expected


def test_uptime_kuma_4085_after_a_long_pause_of_ours_what_was_down_is_not_pending_first() -> None:
    watch = Watch()
    watch.sees_all([DOWN, DOWN])
    down = watch.stands
    assert down is not None
    again = watch.sees(DOWN, after=timedelta(hours=5))
    assert (again.state, again.since) == (DOWN, down.since)


def test_slow_is_degraded_and_says_so() -> None:
    rule = Rule(slow_ms=500)
    slow = weigh(Finding(UP, 812.4), rule)
    assert (slow.outcome, slow.message) == (DEGRADED, "It took 812 ms, longer than 500 ms.")
    assert weigh(Finding(UP, 500.0), rule) == Finding(UP, 500.0)
    assert weigh(Finding(DOWN, None, "Gone."), rule) == Finding(DOWN, None, "Gone.")


def test_upside_down_an_answer_is_the_failure_and_not_to_know_stays_so() -> None:
    rule = Rule(inverted=True, slow_ms=1)
    assert weigh(Finding(DOWN, None, "Refused."), rule) == Finding(UP)
    for outcome in ANSWERED:
        assert weigh(Finding(outcome, 5.0), rule).outcome is DOWN
    assert weigh(Finding(UNKNOWN, None, "No network."), rule) == Finding(UNKNOWN, None, "No network.")


def test_uptime_kuma_3031_6054_more_than_four_turns_in_half_an_hour_are_flapping() -> None:
    watch = Watch(Rule(failures=1, out_of=1, successes=1))
    watch.sees(UP)
    assert watch.sees_all([DOWN, UP, DOWN, UP, DOWN, UP]) == [DOWN, UP, DOWN, UP, FLAPPING, FLAPPING]


def test_nagios_91_after_flapping_it_is_shown_as_it_is_by_then_and_since_when() -> None:
    for ends in (UP, DOWN):
        watch = Watch(Rule(failures=1, out_of=1, successes=1))
        watch.sees_all([UP, DOWN, UP, DOWN, UP, DOWN, UP])
        if ends is DOWN:
            watch.sees(DOWN)
        assert watch.stands is not None
        turned = watch.stands.verdict.since
        while watch.sees(ends).state is FLAPPING:
            pass
        assert (watch.stands.state, watch.stands.since) == (ends, turned)
        assert STABLE_FOR <= watch.now - turned < STABLE_FOR + watch.rule.interval
        assert watch.sees(UP if ends is DOWN else DOWN).state is not FLAPPING, "it begins anew"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1_200)), min_size=1, max_size=80))
def test_it_flaps_from_the_fifth_turn_on_until_it_was_stable(seen: list[tuple[bool, int]]) -> None:
    watch = Watch(Rule(failures=1, out_of=1, successes=1, interval=timedelta(hours=1)))
    watch.sees(UP)
    turns: list[datetime] = []
    was_up, flapping = True, False
    for is_up, wait in seen:
        stands = watch.sees(UP if is_up else DOWN, after=timedelta(seconds=wait))
        if flapping and watch.now - turns[-1] >= STABLE_FOR:
            turns, flapping = [], False
        if is_up is not was_up:
            turns.append(watch.now)
        was_up = is_up
        flapping = flapping or len([t for t in turns if watch.now - t < TURNS_WITHIN]) > MOST_TURNS
        assert (stands.state is FLAPPING) is flapping
        assert len(stands.turns) <= MOST_TURNS + 1
        assert stands.counts_as is (UP if is_up else DOWN), "its uptime is what it was at each moment"


def test_maintenance_hides_everything_but_the_verdict_goes_on() -> None:
    watch = Watch()
    watch.sees_all([UP, UP])
    watch.around = Around(maintenance_until=NOON + timedelta(hours=1), blocked_by=uuid7())
    assert set(watch.sees_all([DOWN] * 4)) == {MAINTENANCE}
    assert watch.stands is not None
    assert watch.stands.verdict.state is DOWN
    assert watch.stands.counts_as is MAINTENANCE
    assert watch.stands.maintenance_until == NOON + timedelta(hours=1)
    over = judge_again(watch.stands, around=Around(), at=watch.now)
    assert (over.state, over.since) == (DOWN, watch.stands.verdict.since)
    assert over.maintenance_until is None


def test_what_fails_while_what_it_depends_on_is_down_is_not_known_and_says_by_what() -> None:
    nas = uuid7()
    watch = Watch(around=Around(blocked_by=nas))
    watch.sees_all([UP, UP])
    assert watch.stands is not None
    assert (watch.stands.state, watch.stands.blocked_by) == (UP, None), "what answers is not blocked"
    watch.sees_all([DOWN, DOWN])
    assert (watch.stands.state, watch.stands.blocked_by) == (UNKNOWN, nas)
    assert watch.stands.counts_as is UNKNOWN
    over = judge_again(watch.stands, around=Around(), at=watch.now)
    assert (over.state, over.blocked_by) == (DOWN, None)


def test_what_fails_first_waits_for_what_it_depends_on() -> None:
    watch = Watch(around=Around(in_doubt=True))
    watch.sees_all([UP, DOWN, DOWN])
    assert watch.stands is not None
    assert watch.stands.state is PENDING
    watch.around = Around()
    assert watch.sees(DOWN).state is DOWN
    watch.around = Around(in_doubt=True)
    assert watch.sees(DOWN).state is DOWN, "what was told to be down stays so"


@given(rules, st.lists(outcomes, min_size=1, max_size=40))
def test_uptime_kuma_4085_a_restart_after_every_check_changes_nothing(
    rule: Rule, seen: list[MonitorState]
) -> None:
    steady, restarted = Watch(rule), Watch(rule)
    for outcome in seen:
        expected = steady.sees(outcome)
        stored = Standing(monitor_id=uuid7(), **restarted.sees(outcome).values())
        restarted.stands = judgement_of(stored)
        assert restarted.stands == expected


def test_unknown_is_neither_a_failure_nor_an_answer() -> None:
    verdict = decide(None, UP, at=NOON)
    for second, outcome in enumerate((DOWN, UNKNOWN, DOWN)):
        verdict = decide(verdict, outcome, at=NOON + timedelta(seconds=second + 1))
    assert verdict.state is DOWN
    assert DOWN in KNOWN

"""What is told of one monitor, whatever it does and however often whoever tells is started anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from medianest_common.clock import uuid7
from medianest_common.contracts.health import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorStillDown,
    MonitorWentDown,
)
from medianest_common.db import Transaction
from medianest_health.adapters.probe import Certificate, Finding
from medianest_health.expiry import crossed, follow_certificate
from medianest_health.incidents import MOST_TOLD, TOLD_WITHIN, follow
from medianest_health.models import Incident, Monitor, Standing
from medianest_health.states import STABLE_FOR, Around, Judgement, judge
from medianest_health.verdict import Rule

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP, DOWN, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.UNKNOWN
DEGRADED, AUTH = MonitorState.DEGRADED, MonitorState.AUTH
EVERY = timedelta(seconds=20)


@dataclass
class Ledger:
    """As much of a transaction as following an incident needs."""

    told: list[IncidentEvent] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    @property
    def session(self) -> "Ledger":
        return self

    def add(self, row: object) -> None:
        if isinstance(row, Incident):
            self.incidents.append(row)

    def emit(self, event: IncidentEvent) -> None:
        self.told.append(event)


@dataclass
class Watch:
    rule: Rule = field(default_factory=lambda: Rule(interval=EVERY))
    remind: int | None = None
    now: datetime = NOON
    stands: Judgement | None = None
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        self.monitor = Monitor(id=uuid7(), name="Plex", visibility="everyone", reminder_seconds=self.remind)

    def sees(self, outcome: MonitorState, times: int = 1, *, around: Around | None = None) -> None:
        for _ in range(times):
            self.now += self.rule.interval
            before = self.stands
            self.stands, _ = judge(
                before, Finding(outcome), rule=self.rule, around=around or Around(), at=self.now
            )
            follow(
                cast("Transaction", self.ledger),
                self.monitor,
                self.latest(),
                rule=self.rule,
                before=before,
                after=self.stands,
                at=self.now,
                reason=None,
            )

    def latest(self) -> Incident | None:
        """As it is read from the table."""
        return max(
            self.ledger.incidents, key=lambda each: (each.closed_at is None, each.opened_at), default=None
        )

    def kinds(self) -> list[type[Any]]:
        return [type(event) for event in self.ledger.told]


spells = st.lists(
    st.tuples(st.sampled_from([UP, DOWN, DEGRADED, AUTH, UNKNOWN]), st.integers(1, 40)), max_size=30
)


@settings(max_examples=150)
@given(spells)
def test_uptime_kuma_3031_6054_two_turns_in_half_an_hour_are_told_and_then_what_has_lasted(
    seen: Sequence[tuple[MonitorState, int]],
) -> None:
    watch = Watch()
    for outcome, times in seen:
        watch.sees(outcome, times)
    told = watch.ledger.told
    for number, event in enumerate(told):
        assert event.told_at is not None
        before = [each for each in told[:number] if event.told_at - _told_at(each) < TOLD_WITHIN]
        has_lasted = event.told_at - event.at >= STABLE_FOR
        assert len(before) < MOST_TOLD or has_lasted
    assert all(_told_at(a) < _told_at(b) for a, b in pairwise(told)), "in this order"


@settings(max_examples=150)
@given(spells, st.sampled_from([UP, DOWN, AUTH]))
def test_nagios_91_whatever_it_does_the_last_that_is_told_is_how_it_is(
    seen: Sequence[tuple[MonitorState, int]], ends: MonitorState
) -> None:
    watch = Watch()
    for outcome, times in seen:
        watch.sees(outcome, times)
    watch.sees(ends, 40)
    told = [event for event in watch.ledger.told if not isinstance(event, MonitorStillDown)]
    is_open = [each for each in watch.ledger.incidents if each.closed_at is None]
    assert len(is_open) == (ends is not UP)
    assert bool(told) or ends is UP
    if told:
        assert _state(told[-1]) is ends


@given(spells)
def test_uptime_kuma_4792_each_recovery_is_of_one_incident_and_none_is_told_after_it(
    seen: Sequence[tuple[MonitorState, int]],
) -> None:
    watch = Watch()
    for outcome, times in seen:
        watch.sees(outcome, times)
    by_incident: dict[Any, list[IncidentEvent]] = {}
    for event in watch.ledger.told:
        by_incident.setdefault(event.incident_id, []).append(event)
    for events in by_incident.values():
        assert [type(each) for each in events[:-1]].count(MonitorRecovered) == 0
        states = [_state(each) for each in events]
        assert all(a is not b for a, b in pairwise(states)), "nothing is told twice"


@given(spells, st.integers(0, 400), st.integers(1, 100))
def test_maintenance_and_what_is_blocked_tell_nobody(
    seen: Sequence[tuple[MonitorState, int]], first: int, lasts: int
) -> None:
    outcomes = [outcome for outcome, times in seen for _ in range(times)]
    watch = Watch()
    for number, outcome in enumerate(outcomes):
        held = first <= number < first + lasts
        told = len(watch.ledger.told)
        watch.sees(outcome, around=Around(maintenance_until=watch.now + EVERY) if held else None)
        if held:
            assert len(watch.ledger.told) == told


def test_reminders_are_by_the_clock_and_not_of_what_is_well_or_unclear() -> None:
    watch = Watch(remind=600)
    watch.sees(DOWN, 2)
    watch.sees(DOWN, 60)
    watch.sees(UNKNOWN, 60)
    watch.sees(UP, 60)
    assert watch.kinds() == [MonitorWentDown, MonitorStillDown, MonitorStillDown, MonitorRecovered]


def test_a_refused_token_is_told_once_and_never_again() -> None:
    watch = Watch(remind=300)
    watch.sees(AUTH, 500)
    assert watch.kinds() == [MonitorDegraded]


def test_so_many_checks_in_a_row_have_to_be_well_as_the_admin_says() -> None:
    watch = Watch(rule=Rule(interval=EVERY, successes=4))
    watch.sees(DOWN, 2)
    watch.sees(UP, 3)
    assert watch.kinds() == [MonitorWentDown]
    watch.sees(UP)
    assert watch.kinds() == [MonitorWentDown, MonitorRecovered]


def test_uptime_kuma_2899_of_several_thresholds_the_tightest_is_told_and_each_once() -> None:
    ends = NOON + timedelta(days=30)
    told: int | None = None
    found = []
    for day in range(31):
        days = crossed(ends, at=NOON + timedelta(days=day), warn_days=[21, 14, 7], told=told)
        if days is not None:
            found.append((30 - day, days))
            told = days
    assert found == [(21, 21), (14, 14), (7, 7)]
    assert crossed(NOON + timedelta(days=3), at=NOON, warn_days=[21, 14, 7], told=None) == 7
    assert crossed(NOON + timedelta(days=22), at=NOON, warn_days=[21, 14, 7], told=None) is None


def test_a_certificate_is_told_of_once_for_each_threshold_and_a_new_one_begins_anew() -> None:
    ledger, monitor = Ledger(), Monitor(id=uuid7(), name="Plex", visibility="admins", config={})
    standing = Standing(monitor_id=monitor.id, certificates_told=[])

    def looks(outcome: MonitorState, *, days: float, fingerprint: str = "aa", quiet: bool = False) -> None:
        ends = NOON + timedelta(days=days)
        finding = Finding(outcome, certificate=Certificate(NOON, ends, fingerprint))
        standing.certificates_told = follow_certificate(
            cast("Transaction", ledger), monitor, standing, finding, in_maintenance=quiet, at=NOON
        )

    looks(UP, days=40)
    looks(UP, days=13.5, quiet=True)
    looks(DOWN, days=13.5)
    assert ledger.told == [], "in maintenance nobody is told, and what is down is told as that"
    looks(UP, days=13.5)
    looks(UP, days=13.4)
    looks(UP, days=6.9)
    looks(UP, days=90, fingerprint="bb")
    looks(UP, days=20.5, fingerprint="bb")
    told = cast("list[CertificateExpiring]", ledger.told)
    assert [(event.days, event.expires_at) for event in told] == [
        (13, NOON + timedelta(days=13.5)),
        (6, NOON + timedelta(days=6.9)),
        (20, NOON + timedelta(days=20.5)),
    ]


def _told_at(event: IncidentEvent) -> datetime:
    return event.told_at or event.at


def _state(event: IncidentEvent) -> MonitorState:
    if isinstance(event, MonitorDegraded):
        return event.state
    return UP if isinstance(event, MonitorRecovered) else DOWN

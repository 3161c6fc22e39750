"""Whether, where and when somebody is told: the decision alone, over zones, the days when clocks change, and floods."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.contracts.notifications.deliveries import HeldFor, SuppressedFor, Urgency
from medianest_common.contracts.notifications.preferences import Mode
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import (
    APART,
    WHILE,
    Endpoint,
    Matter,
    Plan,
    Reader,
    Said,
    plan,
)
from medianest_notifications.planning.local_time import QuietHours, next_daily, next_digest, zone_called
from medianest_notifications.planning.merging import Statement, merge

BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
ZONES = [BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
PUSH = Endpoint(UUID(int=1), ChannelKind.WEB_PUSH)
MAIL = Endpoint(UUID(int=2), ChannelKind.EMAIL)
NIGHT = QuietHours(time(22), time(7))
DUNE = (MediaType.MOVIE, 438631)
READY = Matter(NotificationType.REQUEST_AVAILABLE, title=DUNE, collapse_key="request:1")
DOWN, UP = NotificationType.SERVICE_DOWN, NotificationType.SERVICE_RECOVERED
NOON = datetime(2026, 5, 4, 12, 3, tzinfo=UTC)

times_of_day = st.builds(time, st.integers(0, 23), st.integers(0, 59))
zones = st.sampled_from(ZONES)
# Twelve hours around every change of a clock in 2026, besides the rest of that year.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    # The day that Samoa left out.
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]
around_changes = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-43_200, 43_200),
)
moments = around_changes | st.integers(0, 364 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
quiet_hours = st.builds(QuietHours, times_of_day, times_of_day).filter(lambda q: q.start != q.end)


def local(text: str, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def choosing(
    mode: Mode, channel: Endpoint = PUSH, type: NotificationType = READY.type, **more: Any
) -> Reader:
    return Reader(choices={(type, channel.id): mode}, **more)


@given(
    moments, zones, quiet_hours, times_of_day, st.sampled_from(Mode), st.sampled_from(Urgency), st.booleans()
)
def test_what_is_wanted_is_never_lost_never_early_and_never_in_quiet_hours_unless_urgent(
    now: datetime,
    zone: ZoneInfo,
    quiet: QuietHours,
    daily_at: time,
    mode: Mode,
    urgency: Urgency,
    waited: bool,
) -> None:
    reader = choosing(mode, zone=zone, quiet=quiet, daily_at=daily_at)
    matter = Matter(READY.type, urgency, READY.collapse_key)
    planned = plan(matter, reader, PUSH, now=now, waited=waited)
    if mode is Mode.OFF:
        assert planned.reason is SuppressedFor.OFF
        return
    assert planned.reason is None
    assert now <= planned.due_at <= now + timedelta(days=3)
    assert (planned.held_for is None) == (planned.due_at == now)
    if urgency is not Urgency.HIGH:
        assert not quiet.hold(planned.due_at, zone)
    # Due and decided again, it goes out.
    again = plan(matter, reader, PUSH, now=planned.due_at, waited=True)
    assert again == Plan(planned.due_at)


@given(moments, zones, quiet_hours)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(
    now: datetime, zone: ZoneInfo, quiet: QuietHours
) -> None:
    over = quiet.over(now, zone)
    if not quiet.hold(now, zone):
        assert over == now
        return
    shown = over.astimezone(zone)
    assert not quiet.hold(over, zone) and over > now
    just_before = over - timedelta(seconds=1)
    leapt = shown.utcoffset() != just_before.astimezone(zone).utcoffset()
    assert (shown.hour, shown.minute) == (quiet.end.hour, quiet.end.minute) or leapt


@given(moments, zones, times_of_day)
def test_a_daily_digest_comes_once_on_every_day_of_a_year(now: datetime, zone: ZoneInfo, wall: time) -> None:
    assume(now.year == 2026)
    slots = [next_daily(wall, after=now, zone=zone)]
    for _ in range(5):
        slots.append(next_daily(wall, after=slots[-1], zone=zone))
    days = [slot.astimezone(zone).date() for slot in slots]
    assert all((later - earlier).days == 1 for earlier, later in pairwise(days))
    assert slots[0] > now


@given(moments)
@example(datetime(2026, 5, 4, 12, 15, tzinfo=UTC))
def test_a_digest_comes_at_the_next_quarter_of_an_hour_on_every_clock(now: datetime) -> None:
    slot = next_digest(now)
    assert timedelta() < slot - now <= timedelta(minutes=15)
    assert all(
        slot.astimezone(zone).minute % 15 == 0 and slot.second == 0 for zone in ZONES if slot.year > 2015
    )


@pytest.mark.parametrize(
    "zone, now, quiet, over",
    [
        # Over midnight, from both sides of it.
        (BERLIN, "2026-05-04T23:30", NIGHT, "2026-05-05T07:00"),
        (BERLIN, "2026-05-05T00:30", NIGHT, "2026-05-05T07:00"),
        (BERLIN, "2026-05-05T07:00", NIGHT, "2026-05-05T07:00"),
        (BERLIN, "2026-05-05T22:00", NIGHT, "2026-05-06T07:00"),
        # The night that lacks an hour, and the one that has one twice.
        (BERLIN, "2026-03-28T23:00", NIGHT, "2026-03-29T07:00"),
        (NEW_YORK, "2026-10-31T23:00", NIGHT, "2026-11-01T07:00"),
        # They would end at half past two, which that day does not have: the clock leaps from two to three.
        (BERLIN, "2026-03-29T01:10", QuietHours(time(1), time(2, 30)), "2026-03-29T03:00"),
        (NEW_YORK, "2026-03-08T01:10", QuietHours(time(1), time(2, 30)), "2026-03-08T03:00"),
        # Half an hour at Lord Howe.
        (LORD_HOWE, "2026-10-04T01:10", QuietHours(time(1), time(2, 15)), "2026-10-04T02:30"),
    ],
)
def test_quiet_hours_over_midnight_and_over_changes_of_the_clock(
    zone: ZoneInfo, now: str, quiet: QuietHours, over: str
) -> None:
    assert quiet.over(local(now, zone), zone) == local(over, zone)


def test_uptime_kuma_6233_an_hour_that_comes_twice_is_quiet_twice_and_told_in_between() -> None:
    quiet = QuietHours(time(2), time(2, 30))
    first, second = (local("2026-10-25T02:30", BERLIN, fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert quiet.over(local("2026-10-25T02:10", BERLIN), BERLIN) == first
    assert quiet.over(local("2026-10-25T02:10", BERLIN, fold=1), BERLIN) == second
    assert next_daily(time(2, 15), after=first, zone=BERLIN) == local("2026-10-26T02:15", BERLIN)


def test_a_zone_that_this_machine_does_not_know_keeps_nobody_from_being_told() -> None:
    assert zone_called("Mars/Olympus").key == zone_called("../../etc/passwd").key == "UTC"


def test_urgent_passes_quiet_hours_and_a_digest_in_them_waits_for_their_end() -> None:
    night = local("2026-05-04T23:05", BERLIN)
    reader = Reader(zone=BERLIN, quiet=NIGHT)
    assert plan(Matter(READY.type, Urgency.HIGH), reader, PUSH, now=night) == Plan(night)
    morning = Plan(local("2026-05-05T07:00", BERLIN), HeldFor.QUIET_HOURS)
    assert plan(READY, reader, PUSH, now=night) == morning
    assert plan(READY, choosing(Mode.DIGEST, zone=BERLIN, quiet=NIGHT), PUSH, now=night) == morning
    at_eight = choosing(Mode.DAILY, zone=BERLIN, quiet=NIGHT)
    assert plan(READY, at_eight, PUSH, now=night) == Plan(local("2026-05-05T08:00", BERLIN), HeldFor.DIGEST)


def test_a_muted_title_is_silent_until_the_mute_is_over_and_others_are_not() -> None:
    reader = Reader(mutes={DUNE: NOON})
    before = NOON - timedelta(seconds=1)
    assert plan(READY, reader, PUSH, now=before).reason is SuppressedFor.MUTED
    assert plan(READY, reader, PUSH, now=NOON) == Plan(NOON)
    assert plan(READY, Reader(mutes={DUNE: None}), PUSH, now=NOON).reason is SuppressedFor.MUTED
    other = Matter(READY.type, title=(MediaType.TV, DUNE[1]))
    assert plan(other, Reader(mutes={DUNE: None}), PUSH, now=NOON) == Plan(NOON)


@pytest.mark.parametrize("state", [ChannelState.UNVERIFIED, ChannelState.DISABLED])
def test_a_channel_that_is_not_active_gets_nothing_and_says_why(state: ChannelState) -> None:
    for urgency in Urgency:
        channel = Endpoint(PUSH.id, PUSH.kind, state)
        reason = plan(Matter(READY.type, urgency), Reader(), channel, now=NOON).reason
        assert reason is SuppressedFor.CHANNEL_DISABLED


def test_what_is_chosen_for_one_channel_says_nothing_of_another() -> None:
    reader = choosing(Mode.OFF, MAIL)
    assert plan(READY, reader, MAIL, now=NOON).reason is SuppressedFor.OFF
    assert plan(READY, reader, PUSH, now=NOON) == Plan(NOON)


def test_every_type_has_a_meaning_in_words_and_defaults_for_each_role_and_channel() -> None:
    assert set(MEANINGS) == set(NotificationType)
    for meaning in MEANINGS.values():
        assert meaning.title and meaning.meaning.endswith(".") and meaning.heard_by
        assert all(meaning.default(role, None) is Mode.NOW for role in Role)
        assert all(meaning.default(role, kind) in Mode for role in Role for kind in ChannelKind)


def test_what_is_about_the_safety_of_an_account_is_urgent_and_cannot_leave_the_inbox() -> None:
    security = {each for each in NotificationType if each.startswith("security.")}
    assert len(security) >= 9
    for each in security:
        assert MEANINGS[each].always_in_inbox and MEANINGS[each].urgent
        assert Reader(choices={(each, None): Mode.OFF}).mode(each, None) is Mode.NOW
        assert Reader(choices={(each, PUSH.id): Mode.OFF}).mode(each, PUSH) is Mode.OFF
    assert MEANINGS[DOWN].is_urgent(Role.ADMIN) and not MEANINGS[DOWN].is_urgent(Role.USER)
    assert Reader(choices={(READY.type, None): Mode.OFF}).mode(READY.type, None) is Mode.OFF


ADMIN = Reader(role=Role.ADMIN)


def flap(states: list[tuple[int, NotificationType]]) -> list[tuple[int, str]]:
    """What one channel hears of something that changes at these seconds: told, held and merged like here."""
    said: list[Statement] = []
    waiting: list[Statement] = []
    due: datetime | None = None
    heard: list[tuple[int, str]] = []

    def release(until: datetime) -> None:
        nonlocal due
        if due is None or due > until:
            return
        merged = merge(waiting, last_said={"service:plex": said[-1]} if said else {})
        for statement in merged.going:
            heard.append((int((due - NOON).total_seconds()), statement.title))
            said.append(
                Statement(statement.id, statement.seq, statement.type, statement.title, "service:plex", due)
            )
        waiting.clear()
        due = None

    for seq, (second, kind) in enumerate(states):
        now = NOON + timedelta(seconds=second)
        release(now)
        statement = Statement(uuid7(), seq, kind, kind.value, "service:plex", now)
        matter = Matter(kind, Urgency.HIGH, "service:plex")
        planned = plan(matter, ADMIN, PUSH, now=now, said=Said([each.at for each in said], due))
        if planned.held_for is None:
            said.append(statement)
            heard.append((second, statement.title))
        else:
            due = planned.due_at
            waiting.append(statement)
    release(NOON + timedelta(days=1))
    return heard


def test_uptime_kuma_3031_6054_a_flapping_service_is_at_most_two_messages_in_half_an_hour() -> None:
    heard = flap([(second * 20, DOWN if second % 2 == 0 else UP) for second in range(90)])
    assert heard[0] == (0, "service.down")
    for start, _ in heard:
        assert sum(start <= second < start + WHILE.total_seconds() for second, _ in heard) <= 2
    assert heard[-1][1] == "service.recovered", "the last state was up"


def test_nagios_91_a_recovery_after_flapping_is_never_lost() -> None:
    assert flap([(0, DOWN), (60, UP), (90, DOWN), (120, UP)]) == [
        (0, "service.down"),
        (int(APART.total_seconds()), "service.recovered"),
    ]


def test_what_ends_as_it_was_said_last_says_nothing_more() -> None:
    assert flap([(0, DOWN), (60, UP), (90, DOWN)]) == [(0, "service.down")]


@given(st.lists(st.tuples(st.integers(1, 900), st.booleans()), min_size=1, max_size=40))
def test_whatever_a_service_does_the_last_message_says_how_it_is(changes: list[tuple[int, bool]]) -> None:
    second, states = 0, []
    for wait, down in changes:
        second += wait
        states.append((second, DOWN if down else UP))
    heard = flap(states)
    assert heard[-1][1] == states[-1][1].value
    for start, _ in heard:
        assert sum(start <= each < start + WHILE.total_seconds() for each, _ in heard) <= 2
    assert all(later - earlier >= APART.total_seconds() for (earlier, _), (later, _) in pairwise(heard))


def test_a_reminder_is_said_as_often_as_it_is_asked_for() -> None:
    matter = Matter(NotificationType.SERVICE_STILL_DOWN, Urgency.NORMAL, "service:plex")
    lately = Said([NOON - timedelta(minutes=minute) for minute in (12, 6, 1)])
    assert plan(matter, ADMIN, PUSH, now=NOON, said=lately) == Plan(NOON)


def test_ten_episodes_that_come_in_a_row_wait_for_each_other() -> None:
    matter = Matter(NotificationType.LIBRARY_ADDED, collapse_key="show:1")
    reader = choosing(Mode.NOW, type=matter.type)
    first = plan(matter, reader, PUSH, now=NOON)
    assert first == Plan(NOON + MEANINGS[matter.type].settles, HeldFor.COLLAPSE)
    for second in range(1, 10):
        now = NOON + timedelta(seconds=second)
        assert plan(matter, reader, PUSH, now=now, said=Said(waiting_until=first.due_at)) == first


def statement(seq: int, type: NotificationType, key: str | None, *, at: datetime = NOON) -> Statement:
    return Statement(uuid7(), seq, type, type.value, key, at)


def test_what_is_settled_when_quiet_hours_end_is_told_once_and_in_order() -> None:
    approved = statement(1, NotificationType.REQUEST_APPROVED, "request:1")
    comment = statement(2, NotificationType.ISSUE_COMMENTED, None)
    again = statement(3, NotificationType.ISSUE_COMMENTED, None)
    ready = statement(4, NotificationType.REQUEST_AVAILABLE, "request:1")
    merged = merge([ready, again, comment, approved], last_said={})
    assert (merged.going, merged.left_out) == ([comment, again, ready], [approved])


def test_uptime_kuma_6046_4858_4792_up_without_down_is_merged_into_one() -> None:
    down, up = statement(1, DOWN, "service:plex"), statement(2, UP, "service:plex")
    assert merge([down, up], last_said={}).going == [up]
    yesterday = statement(0, UP, "service:plex", at=NOON - timedelta(hours=9))
    assert merge([down, up], last_said={"service:plex": yesterday}).going == [up], "an outage was in between"


def test_what_is_overtaken_by_something_newer_is_not_told_after_it() -> None:
    down = statement(1, DOWN, "service:plex")
    assert merge([down], last_said={"service:plex": statement(2, UP, "service:plex")}).going == []


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.booleans()), max_size=20))
def test_merging_loses_nothing_without_a_key_and_keeps_one_of_each_key(
    items: list[tuple[str | None, bool]],
) -> None:
    waiting = [statement(seq, DOWN if down else UP, key) for seq, (key, down) in enumerate(items)]
    merged = merge(waiting, last_said={})
    assert sorted(merged.going + merged.left_out, key=lambda each: each.seq) == waiting
    assert [each.seq for each in merged.going] == sorted(each.seq for each in merged.going)
    newest = {each.collapse_key: each for each in waiting if each.collapse_key}
    assert [each for each in merged.going if each.collapse_key] == sorted(
        newest.values(), key=lambda each: each.seq
    )

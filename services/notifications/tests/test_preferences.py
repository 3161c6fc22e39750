"""What people want to be told: kept as what differs, never overwritten unseen, checked, shown, and gone with them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.notifications import ExportUserData, NotificationType
from medianest_common.contracts.notifications.channels import DeleteChannel
from medianest_common.contracts.notifications.preferences import (
    MOST_MUTES,
    Choice,
    ListMutes,
    ListNotificationTypes,
    Mode,
    Mute,
    MuteTitle,
    Outcome,
    PreviewNotification,
    QuietHours,
    SavePreferences,
    TypeMeanings,
    UnmuteTitle,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, deliveries_of, sql, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _known
from services.notifications.tests.test_leaving import leave
from services.notifications.tests.waiting import has_inbox, mode_of, preferences_of, save

READY, APPROVED = NotificationType.REQUEST_AVAILABLE, NotificationType.REQUEST_APPROVED
SIGN_IN = NotificationType.NEW_SIGN_IN
DUNE: dict[str, Any] = {"media_type": MediaType.MOVIE, "tmdb_id": 438631}


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest.fixture
async def ada(sandbox: Sandbox, ntfy: FakeNtfy) -> Person:
    await sandbox.start(SERVICE, timezone="Europe/Berlin", **allowing(ntfy))
    person = Person(sandbox, "Ada")
    await person.introduce()
    await eventually(partial(_known, sandbox, person.id))
    return person


async def refused(asking: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as error:
        await asking
    return error.value


async def problems(person: Person, *choices: Choice, **values: Any) -> list[str]:
    error = await refused(save(person, *choices, **values))
    assert error.status == 422 and error.errors
    return [each.field for each in error.errors]


async def mute(person: Person, **values: Any) -> Mute:
    muted: Mute = await person.ask(MuteTitle(**{**DUNE, "title": "Dune", "until": None, **values}))
    return muted


async def test_only_what_differs_is_kept_and_goes_back_to_the_default_when_it_is_left_out(
    ada: Person, ntfy: FakeNtfy, sandbox: Sandbox
) -> None:
    channel = (await with_ntfy(ada, ntfy)).channel_id
    fresh = await preferences_of(ada)
    assert (fresh.version, fresh.zone, fresh.quiet_hours, fresh.daily_at) == (
        0,
        "Europe/Berlin",
        None,
        "08:00",
    )
    everything = [
        Choice(type=row.type, channel_id=cell.channel_id, mode=cell.default)
        for row in fresh.rows
        for cell in row.cells
    ]
    differing = [each for each in everything if (each.type, each.channel_id) != (READY, channel)]
    saved = await save(ada, *differing, Choice(type=READY, channel_id=channel, mode=Mode.DAILY))
    assert saved.version == 1 and mode_of(saved, READY, channel) is Mode.DAILY
    [row] = await sql(sandbox, "select type, channel_id, mode from choices")
    assert tuple(row) == (READY.value, channel, "daily")
    back = await ada.ask(
        SavePreferences(version=1, locale="en", zone="UTC", quiet_hours=None, daily_at="08:00", choices=[])
    )
    assert mode_of(back, READY, channel) is Mode.NOW
    assert await sql(sandbox, "select 1 from choices") == []


async def test_of_two_devices_that_save_at_once_one_is_told_to_look_again(ada: Person) -> None:
    for again in range(2):
        answers = await asyncio.gather(
            *(save(ada, daily_at=f"0{hour}:00") for hour in range(8)), return_exceptions=True
        )
        won = [answer for answer in answers if not isinstance(answer, BaseException)]
        lost = [answer for answer in answers if isinstance(answer, MediaNestError)]
        assert {(error.status, error.code) for error in lost} <= {(409, "PREFERENCES_CHANGED")}
        assert won and len({answer.version for answer in won}) == len(won), again
        assert (await preferences_of(ada)).version == max(answer.version for answer in won)
    stale = SavePreferences(
        version=0, locale="en", zone="UTC", quiet_hours=None, daily_at="08:00", choices=[]
    )
    assert (await refused(ada.ask(stale))).code == "PREFERENCES_CHANGED"


async def test_what_cannot_be_is_refused_by_name(ada: Person, ntfy: FakeNtfy) -> None:
    mine = (await with_ntfy(ada, ntfy)).channel_id
    stranger = Person(ada.sandbox, "Eve")
    theirs = (await with_ntfy(stranger, ntfy, topic="eve")).channel_id
    assert await problems(ada, zone="Mars/Olympus") == ["zone"]
    assert await problems(ada, zone="../../etc/passwd") == ["zone"]
    assert await problems(ada, quiet_hours=QuietHours(start="22:00", end="22:00")) == ["quietHours.end"]
    for choice, field in (
        (Choice(type=READY, channel_id=theirs, mode=Mode.OFF), "channelId"),
        (Choice(type=READY, channel_id=uuid7(), mode=Mode.OFF), "channelId"),
        (Choice(type=READY, mode=Mode.DAILY), "mode"),
        (Choice(type=SIGN_IN, mode=Mode.OFF), "mode"),
        (Choice(type=NotificationType.REQUEST_CREATED, mode=Mode.OFF), "type"),
    ):
        assert await problems(ada, choice) == [f"choices.0.{field}"]
    twice = Choice(type=READY, channel_id=mine, mode=Mode.DAILY)
    assert await problems(ada, twice, twice) == ["choices.1.type"]
    assert (await preferences_of(ada)).version == 0
    fine = Choice(type=SIGN_IN, channel_id=mine, mode=Mode.OFF)
    assert mode_of(await save(ada, fine), SIGN_IN, mine) is Mode.OFF


async def test_a_channel_that_is_deleted_takes_what_was_chosen_for_it_along(
    ada: Person, ntfy: FakeNtfy, sandbox: Sandbox
) -> None:
    channel = (await with_ntfy(ada, ntfy)).channel_id
    await save(ada, Choice(type=READY, channel_id=channel, mode=Mode.OFF))
    racing = [save(ada, Choice(type=READY, channel_id=channel, mode=Mode.DAILY)) for _ in range(4)]
    answers = await asyncio.gather(ada.ask(DeleteChannel(id=channel)), *racing, return_exceptions=True)
    assert {getattr(answer, "status", 200) for answer in answers} <= {200, 409, 422}, answers
    assert await sql(sandbox, "select 1 from choices") == []
    assert all(len(row.cells) == 1 for row in (await preferences_of(ada)).rows)


async def test_types_are_those_that_one_can_hear_of_in_words(ada: Person) -> None:
    mine: TypeMeanings = await ada.ask(ListNotificationTypes())
    boss = Person(ada.sandbox, "Grace", Role.ADMIN)
    theirs: TypeMeanings = await boss.ask(ListNotificationTypes())
    assert {each.type for each in mine.items} < {each.type for each in theirs.items} == set(NotificationType)
    assert {row.type for row in (await preferences_of(ada)).rows} == {each.type for each in mine.items}
    [ready] = [each for each in mine.items if each.type is READY]
    assert (ready.title, ready.heard_by) == (
        "Ready to watch",
        "Whoever asked for it, and those who follow it",
    )
    [sign_in] = [each for each in mine.items if each.type is SIGN_IN]
    assert sign_in.always_in_inbox and sign_in.urgent and not ready.urgent


async def test_what_is_off_in_the_inbox_still_reaches_a_channel_and_leaves_no_hole(
    ada: Person, ntfy: FakeNtfy
) -> None:
    await save(ada, Choice(type=APPROVED, mode=Mode.OFF))
    # Nowhere at all: there is nothing to number.
    await ada.sandbox.emit(request_event(ada, RequestStatus.APPROVED, version=1))
    await ada.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await has_inbox(ada, 1)
    channel = await with_ntfy(ada, ntfy)
    await ada.sandbox.emit(request_event(ada, RequestStatus.APPROVED, version=1, title="Tron"))
    await eventually(lambda: _has(ntfy, "Approved: Tron (2021)"))
    await ada.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await has_inbox(ada, 2)
    inbox = await ada.inbox()
    assert {entry.type for entry in inbox} == {READY}
    count = await ada.count()
    assert (count.unread, count.head) == (2, max(entry.seq for entry in inbox)), channel
    epoch = (await ada.replay(None, None)).epoch
    replay = await ada.replay(epoch, 0)
    assert [entry.seq for entry in replay.items] == list(range(1, count.head + 1)) and not replay.gap


async def test_a_muted_title_lies_in_the_inbox_as_read_and_goes_nowhere(ada: Person, ntfy: FakeNtfy) -> None:
    channel = await with_ntfy(ada, ntfy)
    await mute(ada)
    await ada.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await has_inbox(ada, 1)
    [entry] = await ada.inbox()
    assert entry.read_at is not None and (await ada.count()).unread == 0
    [report] = await deliveries_of(ada, entry.id)
    assert (report.channel_id, report.state, report.reason) == (channel.channel_id, "suppressed", "muted")
    await ada.ask(UnmuteTitle(**DUNE))
    await ada.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=2))
    await eventually(lambda: _has(ntfy, "Ready to watch: Dune (2021)"))
    assert len(ntfy.received) == 1


async def test_mutes_are_listed_page_by_page_end_by_themselves_and_are_not_endless(
    ada: Person, sandbox: Sandbox
) -> None:
    for number in range(1, 6):
        await mute(ada, tmdb_id=number, title=f"Film {number}")
    await mute(ada, tmdb_id=3, title="Film three", until=sandbox.clock.now() + timedelta(hours=1))
    seen: list[str] = []
    cursor = None
    while True:
        page: Page[Mute] = await ada.ask(ListMutes(limit=2, cursor=cursor))
        seen += [each.title for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["Film 5", "Film 4", "Film three", "Film 2", "Film 1"]
    await sql(sandbox, "update mutes set until = now() - interval '1 second' where tmdb_id = 3")
    page = await ada.ask(ListMutes())
    assert [each.tmdb_id for each in page.items] == [5, 4, 2, 1]
    assert (await refused(mute(ada, until=sandbox.clock.now()))).status == 422
    assert (await refused(ada.ask(UnmuteTitle(media_type=MediaType.TV, tmdb_id=5)))).status == 404
    await sql(
        sandbox,
        "insert into mutes select $1, 'tv', n, 'x', null, now() from generate_series(1, $2::int) n",
        ada.id,
        MOST_MUTES - 5,
    )
    assert (await refused(mute(ada))).code == "TOO_MANY_MUTES"
    assert (await mute(ada, tmdb_id=5, title="Again")).title == "Again"
    for nonsense in ("!", "WzEsIm11dGVzIiw5MDAwMDAwMDAwMDAwMDAwMDAwLDEsIm1vdmllIl0"):
        assert (await refused(ada.ask(ListMutes(cursor=nonsense)))).status == 400


async def test_a_preview_says_where_a_message_would_go_when_and_why(ada: Person, ntfy: FakeNtfy) -> None:
    channel = (await with_ntfy(ada, ntfy)).channel_id
    await save(ada, zone="Europe/Berlin", quiet_hours=QuietHours(start="22:00", end="07:00"))

    async def lines(type: NotificationType, **values: Any) -> list[tuple[Outcome, str]]:
        found = await ada.ask(PreviewNotification(type=type, **values))
        return [(line.outcome, line.why) for line in found.lines]

    night, noon = "2026-05-04T21:30:00Z", "2026-05-04T10:00:00Z"
    here = (Outcome.NOW, "It stands there at once.")
    assert await lines(READY, at=noon) == [here, (Outcome.NOW, "At once.")]
    assert await lines(READY, at=night) == [
        here,
        (Outcome.LATER, "When your quiet hours are over, at 07:00."),
    ]
    assert (await lines(SIGN_IN, at=night))[1] == (
        Outcome.NOW,
        "At once, in your quiet hours too: it is urgent.",
    )
    assert (await lines(NotificationType.LIST_INDEXED, at=noon))[1] == (
        Outcome.NOT,
        "It is off here unless you turn it on.",
    )
    await mute(ada)
    assert (await lines(READY, at=noon, **DUNE))[1] == (Outcome.NOT, "You have muted this title.")
    await save(
        ada, Choice(type=READY, channel_id=channel, mode=Mode.DAILY), Choice(type=READY, mode=Mode.OFF)
    )
    assert await lines(READY, at=noon) == [
        (Outcome.NOT, "You have turned it off there."),
        (Outcome.LATER, "Once a day, together with others, at 08:00."),
    ]
    unheard = PreviewNotification(type=NotificationType.REQUEST_CREATED)
    assert (await refused(ada.ask(unheard))).status == 422


async def test_what_somebody_wanted_to_be_told_goes_with_them_and_is_in_their_export(
    ada: Person, ntfy: FakeNtfy, sandbox: Sandbox
) -> None:
    channel = (await with_ntfy(ada, ntfy)).channel_id
    quiet = QuietHours(start="22:00", end="07:00")
    await save(ada, Choice(type=READY, channel_id=channel, mode=Mode.DAILY), quiet_hours=quiet, locale="de")
    await mute(ada)
    held = (await ada.ask(ExportUserData())).tables
    [preferences] = held["preferences"]
    assert (preferences["locale"], preferences["quietFrom"], preferences["quietTo"]) == (
        "de",
        "22:00",
        "07:00",
    )
    assert held["choices"] == [{"type": "request.available", "channelId": str(channel), "mode": "daily"}]
    assert [(each["title"], each["until"]) for each in held["mutes"]] == [("Dune", None)]
    removed = await leave(sandbox, ada)
    assert {table: removed[table] for table in ("preferences", "choices", "mutes")} == {
        "preferences": 1,
        "choices": 1,
        "mutes": 1,
    }
    for table in ("preferences", "choices", "mutes"):
        assert await sql(sandbox, f"select 1 from {table}") == []
    assert (await refused(mute(ada))).status == 404
    assert (await refused(save(ada))).status == 404


async def _has(ntfy: FakeNtfy, title: str) -> bool:
    return any(each["title"] == title for each in ntfy.received)

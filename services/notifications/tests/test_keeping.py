"""What is kept of an inbox and what is forgotten, and what a client that comes back is told of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import (
    DismissNotification,
    ListNotifications,
    MarkRead,
    MarkUnread,
    PinNotification,
    UnpinNotification,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications import jobs
from medianest_notifications.use_cases.pin_notification import MOST_PINNED
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _sql, fill
from services.notifications.tests.waiting import House

_MANY = """
    insert into notifications.entries
        (id, user_id, seq, dedupe_key, type, title, body, data, created_at, read_at, pinned_at)
    select gen_random_uuid(), $1, n, gen_random_uuid(), 'request.available', 't', 'b', '{}',
        now() - interval '1 day', case when n % 2 = 0 then now() end, case when n % $3::int = 0 then now() end
    from generate_series($4::int, $2::int) as n
"""
_HEAD = "insert into notifications.heads (user_id, head, unread) values ($1, $2::int, $2::int - $2::int / 2)"


@pytest.fixture
async def house(sandbox: Sandbox) -> House:
    house = House(sandbox, ShiftedClock())
    await house.start()
    return house


@pytest.fixture
async def ada(house: House) -> Person:
    return Person(house.sandbox, "Ada")


async def full(person: Person, entries: int, *, pinned_every: int = 10**9) -> None:
    for start in range(1, entries + 1, 10_000):
        await _sql(person.sandbox, _MANY, person.id, min(entries, start + 9_999), pinned_every, start)
    await _sql(person.sandbox, _HEAD, person.id, entries)


async def refused(asking: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as error:
        await asking
    return error.value


async def test_an_entry_can_be_read_unread_and_counts_once_each_time(ada: Person) -> None:
    await fill(ada.sandbox, ada, 2)
    newest, _ = await ada.inbox()
    await ada.ask(MarkRead(id=newest.id))
    for _ in range(2):
        await ada.ask(MarkUnread(id=newest.id))
    assert (await ada.count()).unread == 2
    await asyncio.gather(*(ada.ask(message(id=newest.id)) for message in [MarkRead, MarkUnread] * 6))
    assert (await ada.count()).unread == len(await ada.inbox(unread=True))


async def test_pinned_entries_are_a_list_of_their_own_until_they_are_dismissed(ada: Person) -> None:
    await fill(ada.sandbox, ada, 4)
    fourth, third, second, _ = await ada.inbox()
    for entry in (fourth, second, second, third):
        await ada.ask(PinNotification(id=entry.id))
    await ada.ask(UnpinNotification(id=third.id))
    await ada.ask(UnpinNotification(id=third.id))
    assert [entry.seq for entry in await ada.inbox(pinned=True)] == [4, 2]
    assert [entry.seq for entry in await ada.inbox(pinned=True, unread=True)] == [4, 2]
    await ada.ask(DismissNotification(id=fourth.id))
    assert [entry.seq for entry in await ada.inbox(pinned=True)] == [2]
    assert [(entry.seq, entry.pinned_at) for entry in await ada.inbox(dismissed=True)] == [(4, None)]
    assert [entry.seq for entry in await ada.inbox()] == [3, 2, 1]
    for message in (PinNotification, UnpinNotification, MarkUnread):
        assert (await refused(ada.ask(message(id=fourth.id)))).status == 404
        assert (await refused(Person(ada.sandbox, "Eve").ask(message(id=second.id)))).status == 404


async def test_a_hundred_can_be_pinned_also_by_many_at_once(ada: Person) -> None:
    await full(ada, MOST_PINNED + 10)
    first = (await ada.inbox())[:8]
    rest = await ada.ask(
        ListNotifications(limit=100, cursor=(await ada.ask(ListNotifications(limit=10))).next_cursor)
    )
    for entry in rest.items[: MOST_PINNED - 3]:
        await ada.ask(PinNotification(id=entry.id))
    answers = await asyncio.gather(
        *(ada.ask(PinNotification(id=entry.id)) for entry in first), return_exceptions=True
    )
    codes = [answer.code for answer in answers if isinstance(answer, MediaNestError)]
    assert codes == ["TOO_MANY_PINNED"] * 5
    assert len(await ada.inbox(pinned=True)) == MOST_PINNED
    await ada.ask(PinNotification(id=rest.items[0].id))


async def test_pages_of_what_is_pinned_follow_each_other_without_repeats(ada: Person) -> None:
    await full(ada, 60, pinned_every=5)
    seen: list[int] = []
    cursor = None
    while True:
        page = await ada.ask(ListNotifications(limit=5, pinned=True, cursor=cursor))
        seen += [entry.seq for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(range(60, 0, -5))


async def test_old_entries_go_but_for_pinned_ones_and_whoever_missed_one_is_told_of_the_gap(
    house: House, ada: Person
) -> None:
    await fill(ada.sandbox, ada, 6)
    epoch = (await ada.replay(None, None)).epoch
    _, _, _, third, _, first = await ada.inbox()
    for entry in (third, first):
        await ada.ask(PinNotification(id=entry.id))
    days = timedelta(days=1)
    await _sql(
        ada.sandbox,
        "update notifications.entries set created_at = now() - $1::interval where seq <= 4",
        jobs.KEEP_FOR + days,
    )
    await jobs.forget_old(house.app)
    assert [entry.seq for entry in await ada.inbox()] == [6, 5, 3, 1]
    assert (await ada.count()).unread == 4
    # Each position that a client can have: either all that follows it, or the plain word that something is missing.
    gaps = [(await ada.replay(epoch, last_seq)).gap for last_seq in range(7)]
    assert gaps == [True, True, True, True, False, False, False]
    assert [entry.seq for entry in (await ada.replay(epoch, 4)).items] == [5, 6]
    await ada.ask(UnpinNotification(id=third.id))
    await jobs.forget_old(house.app)
    assert [entry.seq for entry in await ada.inbox()] == [6, 5, 1]


async def test_of_more_than_a_thousand_the_newest_stay_and_numbers_go_on(house: House, ada: Person) -> None:
    await full(ada, jobs.KEEP_MOST + 500, pinned_every=100)
    await jobs.forget_old(house.app)
    [kept] = await _sql(
        ada.sandbox,
        "select count(*) as number, min(seq) filter (where pinned_at is null) as oldest, count(*) filter"
        " (where seq <= 500) as pinned, count(*) filter (where read_at is null) as unread from notifications.entries",
    )
    assert tuple(kept)[:3] == (jobs.KEEP_MOST + 5, 501, 5)
    assert (await ada.count()).unread == kept["unread"]
    await ada.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await eventually(lambda: _reaches(ada, jobs.KEEP_MOST + 501))


@pytest.mark.long
async def test_uptime_kuma_1994_a_hundred_thousand_entries_go_in_batches_while_the_inbox_is_used(
    house: House, ada: Person
) -> None:
    await full(ada, 100_000, pinned_every=2_000)
    forgetting = asyncio.create_task(jobs.forget_old(house.app))
    slowest, used = 0.0, 0
    while not forgetting.done():
        before = house.clock.monotonic()
        [newest, *_] = await ada.inbox()
        await ada.ask(MarkRead(id=newest.id))
        await ada.ask(MarkUnread(id=newest.id))
        slowest, used = max(slowest, house.clock.monotonic() - before), used + 1
    await forgetting
    print(f"{used} rounds beside it, the slowest {slowest * 1000:.0f} ms")
    [kept] = await _sql(
        ada.sandbox,
        "select count(*) as number, count(*) filter (where read_at is null) as unread from notifications.entries",
    )
    assert kept["number"] == jobs.KEEP_MOST + 49, "and those that are pinned below"
    assert (await ada.count()).unread == kept["unread"]
    assert used > 1


async def test_socket_io_5282_5538_4880_a_position_is_good_with_nothing_to_tell_and_again_and_again(
    ada: Person,
) -> None:
    empty = await ada.replay(None, None)
    for _ in range(10):
        again = await ada.replay(empty.epoch, empty.head)
        assert (again.gap, again.items, again.epoch, again.head) == (False, [], empty.epoch, 0)
    await fill(ada.sandbox, ada, 1)
    for _ in range(10):
        missed = await ada.replay(empty.epoch, 0)
        assert ([entry.seq for entry in missed.items], missed.gap) == ([1], False)


async def test_centrifugo_1120_an_epoch_and_a_number_count_only_as_the_pair_they_were_given_as(
    ada: Person,
) -> None:
    await fill(ada.sandbox, ada, 2)
    here = await ada.replay(None, None)
    for epoch, last_seq, gap in (
        (here.epoch, here.head, False),
        (here.epoch, here.head + 1, True),
        ("f" * 16, here.head, True),
        (None, here.head, True),
    ):
        replay = await ada.replay(epoch, last_seq)
        assert (replay.gap, replay.epoch, replay.head) == (gap, here.epoch, here.head)


async def _reaches(person: Person, head: int) -> bool:
    return (await person.count()).head >= head

"""Messages of administrators: to whom they are meant, once, for as long as they are of use, and as plain text."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import MarkRead, push_subject
from medianest_common.contracts.notifications.broadcasts import (
    Broadcast,
    BroadcastAudience,
    BroadcastReach,
    BroadcastState,
    CountAddressees,
    GetBroadcast,
    ListBroadcasts,
    SendBroadcast,
    WithdrawBroadcast,
)
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import running
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.service import SERVICE
from medianest_notifications.use_cases.end_broadcast import end_expired
from services.notifications.tests.household import Person
from services.notifications.tests.test_inbox import _known, _sql
from services.notifications.tests.test_leaving import leave
from services.notifications.tests.waiting import House

EVERYONE: dict[str, Any] = {"audience": BroadcastAudience.EVERYONE, "title": "Tonight", "body": "No films."}


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(SERVICE)
    return sandbox


@pytest.fixture
async def house(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[House]:
    """With a clock that can be moved on."""
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        house = House(sandbox, clock)
        await house.start()
        yield house


@pytest.fixture
async def boss(household: Sandbox) -> Person:
    return await _introduced(household, "Grace", Role.ADMIN)


@pytest.fixture
async def ada(household: Sandbox) -> Person:
    return await _introduced(household, "Ada")


async def _introduced(household: Sandbox, name: str, role: Role = Role.USER) -> Person:
    person = Person(household, name, role)
    await person.introduce()
    await eventually(lambda: _known(household, person.id))
    return person


async def _change(household: Sandbox, person: Person, **values: Any) -> None:
    change = UserChanged(
        user_id=person.id, name=person.name, email=None, role=person.role, version=2, **values
    )
    await household.emit(change)

    async def heard() -> bool:
        rows = await _sql(
            household, "select version from notifications.recipients where user_id = $1", person.id
        )
        return bool(rows and rows[0]["version"] == 2)

    await eventually(heard)


async def _over(boss: Person, sent: Broadcast, state: BroadcastState = BroadcastState.SENT) -> Broadcast:
    async def reached() -> bool:
        now: Broadcast = await boss.ask(GetBroadcast(id=sent.id))
        return now.state is state

    await eventually(reached)
    shown: Broadcast = await boss.ask(GetBroadcast(id=sent.id))
    return shown


async def _refusal(asked: Awaitable[Any]) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await asked
    return refused.value


async def test_everybody_has_it_once_and_who_wrote_it_sees_who_has_read_it(
    household: Sandbox, boss: Person, ada: Person
) -> None:
    reach: BroadcastReach = await boss.ask(CountAddressees(audience=BroadcastAudience.EVERYONE))
    assert reach.people == 2
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE, link="/requests", urgency=Urgency.HIGH))
    done = await _over(boss, sent)
    assert (done.reached, done.read, done.sent_by) == (2, 0, "Grace")
    [entry] = await ada.inbox()
    assert (entry.type, entry.title, entry.body, entry.link) == (
        "broadcast",
        "Tonight",
        "No films.",
        "/requests",
    )
    await ada.ask(MarkRead(id=entry.id))
    page: Page[Broadcast] = await boss.ask(ListBroadcasts())
    assert [(each.id, each.read) for each in page.items] == [(sent.id, 1)]


async def test_only_those_who_are_meant_have_it_and_nobody_who_is_suspended_or_gone(
    household: Sandbox, boss: Person, ada: Person
) -> None:
    bert, carla = await _introduced(household, "Bert"), await _introduced(household, "Carla")
    await _change(household, bert, suspended=True)
    await leave(household, carla)
    users: Broadcast = await boss.ask(
        SendBroadcast(**EVERYONE | {"audience": BroadcastAudience.ROLE, "role": Role.USER})
    )
    some: Broadcast = await boss.ask(
        SendBroadcast(
            **EVERYONE
            | {
                "title": "You two",
                "audience": BroadcastAudience.PEOPLE,
                "user_ids": [boss.id, bert.id, carla.id, uuid7()],
            }
        )
    )
    assert ((await _over(boss, users)).reached, (await _over(boss, some)).reached) == (1, 1)
    assert [entry.title for entry in await ada.inbox()] == ["Tonight"]
    assert [entry.title for entry in await boss.inbox()] == ["You two"]
    assert await bert.inbox() == await carla.inbox() == []
    nobody = {"audience": BroadcastAudience.PEOPLE, "user_ids": [bert.id, uuid7()]}
    error = await _refusal(boss.ask(SendBroadcast(**EVERYONE | nobody)))
    assert error.errors and error.errors[0].field == "audience"


async def test_a_double_click_is_one_broadcast(household: Sandbox, boss: Person, ada: Person) -> None:
    sent = await asyncio.gather(*(boss.ask(SendBroadcast(**EVERYONE)) for _ in range(8)))
    assert len({each.id for each in sent}) == 1
    other: Broadcast = await boss.ask(SendBroadcast(**EVERYONE | {"body": "No shows either."}))
    await _over(boss, sent[0])
    await _over(boss, other)
    assert len(await ada.inbox()) == 2
    await _sql(
        household, "update notifications.broadcasts set created_at = created_at - interval '2 minutes'"
    )
    again: Broadcast = await boss.ask(SendBroadcast(**EVERYONE))
    assert again.id not in {sent[0].id, other.id}, "later it is another one"


async def test_what_is_written_is_text(household: Sandbox, boss: Person, ada: Person) -> None:
    body = "{{ 7*7 }} {% for %} <script>alert(1)</script> @everyone [x](javascript:alert(1)) \u202ecod.exe"
    sent: Broadcast = await boss.ask(
        SendBroadcast(**EVERYONE | {"title": "{{ who }}\r\nBcc: x", "body": body})
    )
    await _over(boss, sent)
    [entry] = await ada.inbox()
    assert entry.title == "{{ who }} Bcc: x"
    assert entry.body.strip("\u2068\u2069") == body


@pytest.mark.parametrize(
    "values, field", [({"title": " \n "}, "title"), ({"body": "\t"}, "body"), ({"hours": -1}, "expiresAt")]
)
async def test_nonsense_is_refused_with_what_to_do(
    household: Sandbox, boss: Person, values: dict[str, Any], field: str
) -> None:
    if hours := values.pop("hours", None):
        values["expires_at"] = household.clock.now() + timedelta(hours=hours)
    error = await _refusal(boss.ask(SendBroadcast(**EVERYONE | values)))
    assert (error.status, error.errors and error.errors[0].field) == (422, field)


async def test_a_withdrawn_one_leaves_the_inboxes_and_the_unread_counts(
    household: Sandbox, boss: Person, ada: Person
) -> None:
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE, pinned=True))
    await _over(boss, sent)
    [mine] = await boss.inbox()
    assert mine.pinned_at is not None
    await boss.ask(MarkRead(id=mine.id))
    frames = await _pushed_to(ada)
    for _ in range(2):
        await boss.ask(WithdrawBroadcast(id=sent.id))

    async def nothing_left() -> bool:
        return not await ada.inbox() and not await boss.inbox()

    await eventually(nothing_left)
    assert ((await ada.count()).unread, (await boss.count()).unread) == (0, 0)

    async def open_pages_know() -> bool:
        pins = [frame["data"]["pinnedAt"] for frame in frames if frame.get("type") == "inbox.pinned"]
        return pins == [None] and any(frame.get("type") == "inbox.counted" for frame in frames)

    await eventually(open_pages_know)
    assert (await boss.ask(GetBroadcast(id=sent.id))).state is BroadcastState.ENDED
    assert (await _refusal(boss.ask(WithdrawBroadcast(id=uuid7())))).status == 404


async def test_what_was_withdrawn_by_mistake_can_be_sent_again_at_once(
    household: Sandbox, boss: Person, ada: Person
) -> None:
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE))
    await _over(boss, sent)
    await boss.ask(WithdrawBroadcast(id=sent.id))
    again: Broadcast = await boss.ask(SendBroadcast(**EVERYONE))
    assert again.id != sent.id
    await _over(boss, again)

    async def only_the_second() -> bool:
        return [entry.data["broadcastId"] for entry in await ada.inbox()] == [str(again.id)]

    await eventually(only_the_second)


async def test_an_expired_one_is_over_by_itself(house: House) -> None:
    household = house.sandbox
    boss, ada = await _introduced(household, "Grace", Role.ADMIN), await _introduced(household, "Ada")
    soon = house.clock.now() + timedelta(hours=1)
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE, expires_at=soon))
    await _over(boss, sent)
    await end_expired(house.app)
    assert (await boss.ask(GetBroadcast(id=sent.id))).state is BroadcastState.SENT
    house.clock.advance(2 * 3600)
    await end_expired(house.app)
    await _over(boss, sent, BroadcastState.ENDED)

    async def gone() -> bool:
        return await ada.inbox() == []

    await eventually(gone)


async def test_only_administrators_may(household: Sandbox, boss: Person, ada: Person) -> None:
    for asked in (
        SendBroadcast(**EVERYONE),
        ListBroadcasts(),
        GetBroadcast(id=uuid7()),
        CountAddressees(audience=BroadcastAudience.EVERYONE),
        WithdrawBroadcast(id=uuid7()),
    ):
        assert (await _refusal(ada.ask(asked))).status == 403


async def test_of_whoever_wrote_it_and_has_left_nothing_stays(
    household: Sandbox, boss: Person, ada: Person
) -> None:
    other = await _introduced(household, "Linus", Role.OWNER)
    to = {"audience": BroadcastAudience.PEOPLE, "user_ids": [ada.id, boss.id]}
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE | to))
    await _over(boss, sent)
    await leave(household, boss)
    shown: Broadcast = await other.ask(GetBroadcast(id=sent.id))
    assert (shown.sent_by, shown.user_ids) == ("Somebody who has left", [ada.id])
    assert len(await ada.inbox()) == 1


async def _people(household: Sandbox, number: int) -> list[UUID]:
    rows = await _sql(
        household,
        "insert into notifications.recipients (user_id, name, role, version)"
        " select gen_random_uuid(), 'Person', 'user', 1 from generate_series(1, $1) returning user_id",
        number,
    )
    return [row["user_id"] for row in rows]


async def test_pages_cost_the_same_and_follow_each_other(household: Sandbox, boss: Person) -> None:
    sent = [(await boss.ask(SendBroadcast(**EVERYONE | {"title": f"{n}"}))).id for n in range(5)]
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(3):
        page: Page[Broadcast] = await boss.ask(ListBroadcasts(limit=2, cursor=cursor))
        seen += [each.id for each in page.items]
        cursor = page.next_cursor
    assert (seen, cursor) == (sent[::-1], None)
    assert (await _refusal(boss.ask(ListBroadcasts(cursor="!")))).status == 400


async def test_two_replicas_and_a_withdrawal_in_the_middle_leave_nobody_with_it(
    household: Sandbox, boss: Person
) -> None:
    await _people(household, 1_200)
    async with running(SERVICE, overrides=household.settings):
        sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE))
        await boss.ask(WithdrawBroadcast(id=sent.id))

        async def nobody_has_it() -> bool:
            rows = await _sql(
                household,
                "select (select count(*) from notifications.entries where dismissed_at is null) as entries,"
                " (select coalesce(sum(unread), 0) from notifications.heads) as unread",
            )
            return (rows[0]["entries"], rows[0]["unread"]) == (0, 0)

        await eventually(nobody_has_it)


@pytest.mark.long
async def test_ten_thousand_people_are_told_in_batches(household: Sandbox, boss: Person, ada: Person) -> None:
    await _people(household, 10_000)
    begun = time.perf_counter()
    sent: Broadcast = await boss.ask(SendBroadcast(**EVERYONE))

    async def told() -> bool:
        now: Broadcast = await boss.ask(GetBroadcast(id=sent.id))
        return now.state is BroadcastState.SENT

    await eventually(told, within=120)
    print(f"10,002 people in {time.perf_counter() - begun:.1f} s")
    rows = await _sql(
        household,
        "select count(*) as n, count(distinct user_id) as people, max(seq) as seq from notifications.entries",
    )
    assert (rows[0]["n"], rows[0]["people"], rows[0]["seq"]) == (10_002, 10_002, 1)
    assert (await boss.ask(GetBroadcast(id=sent.id))).reached == 10_002


async def _pushed_to(person: Person) -> list[dict[str, Any]]:
    """What goes to this person's open pages from now on."""
    frames: list[dict[str, Any]] = []

    async def hear(message: Any) -> None:
        frames.append(json.loads(message.data))

    await person.sandbox.nats.subscribe(push_subject(person.id), cb=hear)
    await person.sandbox.nats.flush(timeout=5)
    return frames

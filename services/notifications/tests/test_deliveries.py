"""What people are told reaches their channels: once, in order, and again where it failed, until it is too old."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import Notification, NotificationType
from medianest_common.contracts.notifications.channels import (
    Channel,
    ChannelState,
    SendChannelCode,
    VerifyChannel,
)
from medianest_common.contracts.notifications.decided import AdminDecided
from medianest_common.contracts.notifications.deliveries import (
    DeleteDelivery,
    DeliverNtfy,
    DeliveryReport,
    DeliveryState,
    ListDeliveries,
    ResendDelivery,
    SuppressedFor,
)
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import running
from medianest_common.testing.fake_channels import FakeDiscord, FakeNtfy
from medianest_notifications.delivering.ages import MOST, max_age
from medianest_notifications.delivering.backoff import MOST_DOUBTS, wait_after, wait_in_doubt
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import (
    Target,
    allowing,
    code_in,
    dead_letters,
    deliveries_of,
    newest_delivery,
    reaches,
    sql,
    texts,
    with_discord,
    with_ntfy,
)
from services.notifications.tests.household import Person, request_event

P, S = RequestStatus, DeliveryState


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord.start() as fake:
        yield fake


@pytest.fixture
async def house(sandbox: Sandbox, ntfy: FakeNtfy, discord: FakeDiscord) -> Sandbox:
    await sandbox.start(SERVICE, **allowing(ntfy, discord), discord_url=discord.url)
    return sandbox


@pytest.fixture
async def ada(house: Sandbox) -> Person:
    return Person(house, "Ada")


@pytest.fixture
async def olive(house: Sandbox) -> Person:
    return Person(house, "Olive", Role.OWNER)


async def tell(house: Sandbox, person: Person, title: str = "Dune") -> None:
    await house.emit(request_event(person, P.AVAILABLE, version=1, title=title))


async def hurry(house: Sandbox) -> None:
    """As if the time until the next attempt had passed."""
    await sql(house, "update channels set held_until = null")
    await sql(house, "update deliveries set due_at = now() - interval '1 second' where state = 'queued'")
    for (channel_id,) in await sql(house, "select id from channels"):
        job = DeliverNtfy(channel_id=channel_id)
        await house.bus.publish_stored(
            job.subject,
            job.model_dump_json().encode(),
            headers={"ce-id": str(uuid7()), "Nats-Msg-Id": str(uuid7())},
        )


async def test_what_is_told_goes_to_every_channel_once_and_its_owner_sees_where(
    house: Sandbox, ada: Person, ntfy: FakeNtfy, discord: FakeDiscord
) -> None:
    await with_ntfy(ada, ntfy)
    await with_discord(ada, discord)
    event_id, told = uuid7(), request_event(ada, P.AVAILABLE, version=1)
    for attempt in range(3):
        await house.bus.publish_stored(
            told.subject,
            told.model_dump_json().encode(),
            headers={"ce-id": str(event_id), "Nats-Msg-Id": f"{event_id}-{attempt}"},
        )
    await ntfy.next()
    await discord.next()
    await tell(house, ada, "After")
    await ntfy.next(2)
    assert texts(ntfy) == ["Ready to watch: Dune (2021)", "Ready to watch: After (2021)"]
    [_, entry] = await ada.inbox()

    async def both_sent() -> bool:
        reports = await deliveries_of(ada, entry.id)
        assert {each.kind.value: each.state for each in reports} == {"ntfy": S.SENT, "discord": S.SENT}
        return all(each.sent_at and each.attempts == 1 and not each.repeated for each in reports)

    await eventually(both_sent)


async def test_one_channel_gets_its_messages_in_order_one_at_a_time(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    titles = [f"Film {number}" for number in range(12)]
    for number, title in enumerate(titles):
        await tell(house, ada, title)
        await eventually(lambda n=number: _has_told(ada, n + 1))  # type: ignore[misc]
    await ntfy.next(12)
    assert texts(ntfy) == [f"Ready to watch: {title} (2021)" for title in titles]


async def test_two_replicas_send_each_message_once(house: Sandbox, ada: Person, ntfy: FakeNtfy) -> None:
    bert = Person(house, "Bert")
    await with_ntfy(ada, ntfy)
    await with_ntfy(bert, ntfy, topic="bert")
    async with running(SERVICE, overrides=house.settings):
        people = [ada, bert] * 12
        await asyncio.gather(*(tell(house, who, f"Film {n}") for n, who in enumerate(people)))
        await ntfy.next(24)
        await eventually(lambda: _all_sent(house, 24))
    assert len(ntfy.received) == 24
    assert len(set(texts(ntfy))) == 24


@pytest.mark.usefixtures("retried_by_hand")
@pytest.mark.parametrize("fault", [503, "drop", "html"])
async def test_what_fails_for_now_is_sent_again(
    house: Sandbox, ada: Person, ntfy: FakeNtfy, fault: int
) -> None:
    """Issue reports of peers: a provider that is away at that moment loses the message for good."""
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(fault, times=1)
    await tell(house, ada)
    report = await reaches(ada, S.QUEUED)
    waiting = await eventually(lambda: _tried(ada))
    assert waiting.error and report.attempts <= 1
    await hurry(house)
    sent = await reaches(ada, S.SENT)
    assert (sent.attempts, sent.error) == (2, None)
    assert len(ntfy.received) == 1


async def test_a_429_holds_that_channel_and_no_other_for_as_long_as_it_says(
    house: Sandbox, ada: Person, ntfy: FakeNtfy, discord: FakeDiscord
) -> None:
    held, free = await with_discord(ada, discord), await with_ntfy(ada, ntfy)
    discord.fail_with(429, times=1, retry_after=120)
    await tell(house, ada)
    await ntfy.next()
    channel = await eventually(lambda: _is_held(held))
    assert channel.held_until and channel.held_until - house.clock.now() > timedelta(seconds=100)
    await tell(house, ada, "After")
    await ntfy.next(2)
    assert discord.received == [] and (await free.now()).held_until is None


async def test_a_short_429_is_waited_for_and_nothing_is_lost(
    house: Sandbox, ada: Person, discord: FakeDiscord
) -> None:
    """Thirteen episodes at once: the webhook's bucket holds five, and every one arrives, in order."""
    await with_discord(ada, discord)
    discord.bucket, discord.seconds = 5, 0.5
    for number in range(13):
        await tell(house, ada, f"Film {number:02}")
        await eventually(lambda n=number: _has_told(ada, n + 1))  # type: ignore[misc]
    await discord.next(13, within=60)
    assert texts(discord) == [f"Ready to watch: Film {number:02} (2021)" for number in range(13)]


async def test_a_permanent_refusal_turns_the_channel_off_tells_its_owner_and_a_code_turns_it_on(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    target = await with_ntfy(ada, ntfy)
    ntfy.forbidden.add("frida-at-home")
    await tell(house, ada)
    await eventually(lambda: _is_off(target))
    [notice, told] = await eventually(lambda: _has_entries(ada, 2))
    assert notice.type is NotificationType.CHANNEL_DISABLED
    assert notice.title == "Nothing is sent to “Mine” any more" and "403" in notice.body
    [failed] = await deliveries_of(ada, told.id)
    assert failed.state is S.FAILED and "403" in (failed.error or "")
    channel = await target.now()
    assert channel.state is ChannelState.DISABLED and "403" in (channel.state_reason or "")
    await tell(house, ada, "Meanwhile")
    await eventually(lambda: _has_entries(ada, 3))
    ntfy.forbidden.clear()
    await ada.ask(SendChannelCode(id=target.channel_id))
    await ada.ask(VerifyChannel(id=target.channel_id, code=code_in(ntfy.received.pop())))
    await tell(house, ada, "Again")
    await ntfy.next()
    assert texts(ntfy) == ["Ready to watch: Again (2021)"]


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_waits_for_a_channel_that_is_turned_off_says_so(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503, times=1)
    await tell(house, ada, "First")
    await eventually(lambda: _tried(ada))
    await tell(house, ada, "Second")
    await eventually(lambda: _has_entries(ada, 2))
    ntfy.forbidden.add("frida-at-home")
    await hurry(house)
    [_, second, first] = await eventually(lambda: _has_entries(ada, 3))
    [refused], [suppressed] = await deliveries_of(ada, first.id), await deliveries_of(ada, second.id)
    assert refused.state is S.FAILED
    assert (suppressed.state, suppressed.reason) == (S.SUPPRESSED, SuppressedFor.CHANNEL_DISABLED)


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_is_too_old_is_given_up_and_an_administrator_can_send_it_again(
    house: Sandbox, ada: Person, olive: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503)
    decided = await _decided(house)
    await tell(house, ada)
    await eventually(lambda: _tried(ada))
    await sql(house, "update deliveries set expires_at = now() + interval '1 second'")
    await hurry(house)
    await reaches(ada, S.FAILED)
    [letter] = await dead_letters(olive)
    assert (letter.user_id, letter.type, letter.channel) == (ada.id, "request.available", "Mine")
    assert "Dune" not in letter.model_dump_json() and "frida-at-home" not in letter.model_dump_json()
    ntfy.heal()
    twice = [olive.ask(ResendDelivery(id=letter.id)) for _ in range(3)]
    codes = [getattr(each, "code", "ok") for each in await asyncio.gather(*twice, return_exceptions=True)]
    assert sorted(codes) == ["DELIVERY_NOT_OVER"] * 2 + ["ok"]
    await reaches(ada, S.SENT)
    assert len(ntfy.received) == 1 and await dead_letters(olive) == []
    await eventually(lambda: _equal(decided, [("delivery_resend", f"delivery:{letter.id}", olive.id)]))


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_is_sent_again_has_all_its_attempts_before_it_and_none_is_forgotten(
    house: Sandbox, ada: Person, olive: Person, ntfy: FakeNtfy
) -> None:
    """Else it would wait for minutes after its first failure, as what has been tried for hours does."""
    target = await with_ntfy(ada, ntfy)
    ntfy.fail_with(503)
    await tell(house, ada)
    await eventually(lambda: _tried(ada))
    await sql(house, "update deliveries set attempts = 9, expires_at = now() + interval '1 second'")
    await hurry(house)
    await reaches(ada, S.FAILED)
    [letter] = await dead_letters(olive)
    assert letter.attempts in (9, 10), "whether or not it was too old already"
    await olive.ask(ResendDelivery(id=letter.id))
    again = await eventually(lambda: _tried(ada, letter.attempts + 1))
    assert again.due_at - again.updated_at < timedelta(minutes=2)
    assert await _is_held(target), "the provider may be down: the others of the channel wait as well"
    ntfy.heal()
    await hurry(house)
    assert (await reaches(ada, S.SENT)).attempts >= again.attempts + 1


async def test_a_dead_letter_can_be_cleared_away_and_nothing_else(
    house: Sandbox, ada: Person, olive: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(400, times=1)
    await tell(house, ada)
    await reaches(ada, S.FAILED)
    [letter] = await dead_letters(olive)
    decided = await _decided(house)
    await olive.ask(DeleteDelivery(id=letter.id))
    await eventually(lambda: _equal(decided, [("delivery_delete", f"delivery:{letter.id}", olive.id)]))
    await tell(house, ada, "After")
    sent = await reaches(ada, S.SENT)
    for message, code in (
        (DeleteDelivery(id=letter.id), "DELIVERY_NOT_FOUND"),
        (DeleteDelivery(id=sent.id), "DELIVERY_NOT_OVER"),
        (ResendDelivery(id=sent.id), "DELIVERY_NOT_OVER"),
    ):
        with pytest.raises(MediaNestError) as error:
            await olive.ask(message)
        assert error.value.code == code
    for refused in (ListDeliveries(), ResendDelivery(id=sent.id), DeleteDelivery(id=sent.id)):
        with pytest.raises(MediaNestError) as error:
            await ada.ask(refused)
        assert error.value.code == "FORBIDDEN"


async def test_a_message_that_cannot_be_taken_lets_the_next_one_by(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(400, times=1)
    await tell(house, ada, "Broken")
    await reaches(ada, S.FAILED)
    await tell(house, ada, "Sound")
    await ntfy.next()
    assert texts(ntfy) == ["Ready to watch: Sound (2021)"]


async def test_after_a_crash_the_provider_is_asked_before_it_is_sent_again(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    """As a replica leaves it that died after sending and before it could say so."""
    await with_ntfy(ada, ntfy)
    await tell(house, ada)
    await reaches(ada, S.SENT)
    await _as_if_unsaid(house)
    await hurry(house)
    sent = await reaches(ada, S.SENT)
    assert (len(ntfy.received), sent.attempts, sent.repeated) == (1, 2, False)


@pytest.mark.usefixtures("retried_by_hand")
async def test_a_lost_answer_is_asked_about_and_the_message_not_sent_twice(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with("drop_mid_body", times=1)
    await tell(house, ada)
    await eventually(lambda: _tried(ada))
    await hurry(house)
    sent = await reaches(ada, S.SENT)
    assert (len(ntfy.received), sent.attempts, sent.repeated) == (1, 2, False)


async def test_where_the_provider_cannot_tell_it_is_sent_again_and_says_so(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    await tell(house, ada)
    await reaches(ada, S.SENT)
    ntfy.received.clear()
    await _as_if_unsaid(house)
    await hurry(house)
    sent = await reaches(ada, S.SENT)
    assert (len(ntfy.received), sent.repeated) == (1, True)


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_may_have_arrived_is_not_sent_again_for_ever(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    """A provider that takes messages and is too slow to say so would show each of them hundreds of times."""
    await with_ntfy(ada, ntfy)
    ntfy.fail_with("drop")
    await tell(house, ada)
    await eventually(lambda: _tried_once(house))
    [row] = await sql(house, "select doubts from deliveries")
    assert row["doubts"] == 1
    await sql(house, "update deliveries set doubts = $1", MOST_DOUBTS - 1)
    await hurry(house)
    given_up = await reaches(ada, S.FAILED)
    assert given_up.attempts == 2 and given_up.error


async def test_who_is_slow_cannot_overwrite_what_another_has_recorded(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    """The lease of an attempt that hangs runs out; another one sends, and the first one's end counts for nothing."""
    await with_ntfy(ada, ntfy)
    ntfy.fail_with("hang")
    await tell(house, ada)
    await eventually(lambda: _in_state(house, "sending"))
    await sql(house, "update deliveries set lease_until = now() - interval '1 second'")
    async with running(SERVICE, overrides=house.settings):
        await hurry(house)
        await eventually(lambda: _attempts(house, 2))
        ntfy.heal()
        sent = await reaches(ada, S.SENT)
    assert sent.attempts == 2


@pytest.mark.usefixtures("retried_by_hand")
@pytest.mark.parametrize("leader", ["wanted", "unwanted", "deleted", "too old"])
async def test_several_that_go_together_stay_one_message_whatever_becomes_of_the_first(
    house: Sandbox, ada: Person, ntfy: FakeNtfy, leader: str
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503, times=1)
    for number in range(3):
        await tell(house, ada, f"Film {number}")
        await eventually(lambda: _has_queued(house, number + 1))  # noqa: B023
    await eventually(lambda: _tried_once(house))
    first = "(select id from deliveries where state = 'queued' order by seq limit 1)"
    await sql(house, f"update deliveries set batch_id = {first} where state = 'queued'")
    match leader:
        case "unwanted":
            await sql(house, f"update deliveries set state = 'suppressed', reason = 'off' where id = {first}")
        case "deleted":
            await sql(house, f"delete from deliveries where id = {first}")
        case "too old":
            await sql(house, f"update deliveries set expires_at = now() where id = {first}")
    await hurry(house)
    await eventually(lambda: _none_open(house))
    assert texts(ntfy) == ["3 notifications" if leader == "wanted" else "2 notifications"]


@pytest.mark.usefixtures("retried_by_hand")
async def test_of_several_that_go_together_only_what_is_too_old_is_given_up(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503, times=2)
    for number in range(3):
        await tell(house, ada, f"Film {number}")
        await eventually(lambda: _has_queued(house, number + 1))  # noqa: B023
    await eventually(lambda: _tried_once(house))
    first = "(select id from deliveries order by seq limit 1)"
    # The first is over before another attempt after this one would come.
    await sql(house, "update deliveries set attempts = 8")
    await sql(house, f"update deliveries set batch_id = {first}")
    await sql(house, f"update deliveries set expires_at = now() + interval '1 minute' where id = {first}")
    await hurry(house)
    await eventually(lambda: _in_state(house, "failed"))
    assert await _has_queued(house, 2)
    await hurry(house)
    await eventually(lambda: _none_open(house))
    assert texts(ntfy) == ["2 notifications"]


async def test_what_was_being_sent_when_it_grew_too_old_is_given_up(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    await with_ntfy(ada, ntfy)
    ntfy.fail_with("hang")
    await tell(house, ada)
    await eventually(lambda: _in_state(house, "sending"))
    await sql(house, "update deliveries set lease_until = now(), expires_at = now()")
    async with running(SERVICE, overrides=house.settings):
        await hurry(house)
        assert (await reaches(ada, S.FAILED)).attempts == 1


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_cannot_be_worded_keeps_nothing_else_waiting(
    house: Sandbox, ada: Person, ntfy: FakeNtfy
) -> None:
    """As after going back to a version that does not know the type yet."""
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503, times=1)
    await tell(house, ada, "First")
    await eventually(lambda: _tried_once(house))
    await sql(house, "update deliveries set type = 'of.tomorrow', attempts = 5")
    await hurry(house)
    await eventually(lambda: _attempts(house, 6))
    await tell(house, ada, "Second")
    await ntfy.next()
    assert texts(ntfy) == ["Ready to watch: Second (2021)"]


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_was_forgotten_is_taken_up_again(house: Sandbox, ada: Person, ntfy: FakeNtfy) -> None:
    """The work queue lies in files of the bus; it may be lost with everything in it."""
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503, times=1)
    await tell(house, ada)
    await eventually(lambda: _tried(ada))
    await sql(house, "update channels set held_until = null")
    await sql(house, "update deliveries set due_at = now() - interval '1 hour'")
    await sql(house, "delete from outbox")
    await house.stop("notifications")
    await house.start(SERVICE)
    await reaches(ada, S.SENT)


async def test_for_many_people_it_takes_no_more_statements_than_for_one(
    house: Sandbox, ntfy: FakeNtfy
) -> None:
    executed: list[tuple[int, str]] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        executed.append((id(connection), statement.strip().lower()))

    async def statements(admins: int, title: str) -> int:
        """Of the one transaction that stores the deliveries."""
        executed.clear()
        requester = Person(house, "Ada")
        before = len(ntfy.received)
        await house.emit(request_event(requester, P.PENDING, version=1, title=title))
        await ntfy.next(before + admins)
        at = next(n for n, (_, text) in enumerate(executed) if text.startswith("insert into deliveries"))
        connection = executed[at][0]
        mine = [n for n, (of, _) in enumerate(executed) if of == connection]
        begun = max(n for n in mine if n < at and "insert into inbox" in executed[n][1])
        ended = min(n for n in mine if n > at and "insert into outbox" in executed[n][1])
        return len([n for n in mine if begun <= n <= ended])

    people = [Person(house, f"Admin {n}", Role.ADMIN) for n in range(12)]
    await people[0].introduce()
    await with_ntfy(people[0], ntfy, topic="admin-0")
    await eventually(lambda: _recipients(house, 1))
    event.listen(Engine, "before_cursor_execute", note)
    try:
        of_one = await statements(1, "First")
        for n, person in enumerate(people[1:], 1):
            await person.introduce()
            await with_ntfy(person, ntfy, topic=f"admin-{n}")
        await eventually(lambda: _recipients(house, 12))
        assert await statements(12, "Second") == of_one
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_every_type_has_an_age_and_waits_grow_with_jitter_up_to_a_limit() -> None:
    assert all(timedelta(hours=1) <= max_age(each) <= timedelta(days=14) for each in NotificationType)
    assert set(MOST) <= set(NotificationType)
    longest = [wait_after(n, retry_after=None, uniform=lambda _, high: high) for n in range(1, 15)]
    shortest = [wait_after(n, retry_after=None, uniform=lambda low, _: low) for n in range(1, 15)]
    assert longest == sorted(longest) and longest[-1] == timedelta(minutes=15)
    assert all(2 * low == high for low, high in zip(shortest, longest, strict=True))
    assert wait_after(1, retry_after=90) >= timedelta(seconds=90)


def test_what_a_provider_asks_for_is_granted_within_reason() -> None:
    most = timedelta(hours=1, seconds=1)
    assert all(wait_after(n, retry_after=999_999_999) <= most for n in (1, 5, 50))
    assert wait_after(2, retry_after=0) <= timedelta(seconds=0.5)
    for attempt in range(3, 15):
        usual = wait_after(attempt, retry_after=None, uniform=lambda low, _: low)
        assert wait_after(attempt, retry_after=0) >= usual


def test_what_may_have_arrived_is_tried_once_soon_and_then_late() -> None:
    waits = [wait_in_doubt(n, uniform=lambda low, _: low) for n in range(1, MOST_DOUBTS)]
    assert waits[0] <= timedelta(seconds=4)
    assert waits[1] >= timedelta(seconds=30) and waits[2] >= timedelta(minutes=5)


async def _decided(house: Sandbox) -> list[tuple[str, str, UUID]]:
    """Grows, with what is decided from now on: action, what it was done to, and by whom."""
    told: list[tuple[str, str, UUID]] = []

    async def hear(message: Any) -> None:
        event = AdminDecided.model_validate_json(message.data)
        told.append((event.action, event.about, event.actor_id))

    await house.nats.subscribe(AdminDecided.subject, cb=hear)
    await house.nats.flush(timeout=5)
    return told


async def _equal(found: list[Any], wanted: list[Any]) -> bool:
    return found == wanted


async def _has_told(person: Person, count: int) -> bool:
    return (await person.count()).head >= count


async def _has_entries(person: Person, count: int) -> list[Notification] | None:
    entries = await person.inbox()
    return list(entries) if len(entries) == count else None


async def _all_sent(house: Sandbox, count: int) -> bool:
    rows = await sql(house, "select state, attempts from deliveries")
    return [tuple(row) for row in rows] == [("sent", 1)] * count


async def _tried(person: Person, times: int = 1) -> DeliveryReport | None:
    report = await newest_delivery(person)
    return report if report and report.attempts >= times and report.state is S.QUEUED else None


async def _is_held(target: Target) -> Channel | None:
    channel = await target.now()
    return channel if channel.held_until else None


async def _is_off(target: Target) -> bool:
    return (await target.now()).state is ChannelState.DISABLED


async def _in_state(house: Sandbox, state: str) -> bool:
    return bool(await sql(house, "select 1 from deliveries where state = $1", state))


async def _has_queued(house: Sandbox, count: int) -> bool:
    return len(await sql(house, "select 1 from deliveries where state = 'queued'")) == count


async def _none_open(house: Sandbox) -> bool:
    return not await sql(house, "select 1 from deliveries where state in ('queued', 'sending')")


async def _tried_once(house: Sandbox) -> bool:
    rows = await sql(
        house, "select 1 from deliveries where state = 'queued' and attempts = 1 and error is not null"
    )
    return bool(rows)


async def _attempts(house: Sandbox, attempts: int) -> bool:
    return bool(await sql(house, "select 1 from deliveries where attempts = $1", attempts))


async def _recipients(house: Sandbox, count: int) -> bool:
    return len(await sql(house, "select 1 from recipients")) == count


async def _as_if_unsaid(house: Sandbox) -> None:
    await sql(
        house,
        "update deliveries set state = 'sending', lease_until = now() - interval '1 second', sent_at = null",
    )

"""What waits for quiet hours to end, for a digest or for its like goes out once, together, and says how things are."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from medianest.embedded import ServerUrls
from medianest.testing import eventually, sandbox_on
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import SessionStarted, SignInMethod
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.preferences import Choice, Mode, MuteTitle, QuietHours
from medianest_common.contracts.notifications.templates import (
    Language,
    PreviewTemplate,
    ResetTemplate,
    SetTemplate,
    TemplateChannel,
)
from medianest_common.contracts.youtube.events import QueuePaused, QueueResumed
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.use_cases.look_after_deliveries import look_after_deliveries
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording_library import about_arrivals
from services.notifications.tests.channels_of import Target, allowing, sql, texts, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _known
from services.notifications.tests.waiting import BERLIN, House, save

S = RequestStatus
NIGHT = QuietHours(start="22:00", end="07:00")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(
    server_urls: ServerUrls, tmp_path_factory: pytest.TempPathFactory, shared_ntfy: FakeNtfy
) -> AsyncIterator[House]:
    """One for all of them: to start it takes as long as they do."""
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path_factory.mktemp("house"), clock=clock) as sandbox:
        house = House(sandbox, clock)
        await house.start(timezone="Europe/Berlin", **allowing(shared_ntfy))
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(shared_house: House, shared_ntfy: FakeNtfy) -> AsyncIterator[House]:
    """Nothing is on its way to anybody when the next one begins, and nobody is left who would hear of it."""
    yield shared_house
    await sql(shared_house.sandbox, "update channels set state = 'disabled'")
    await eventually(partial(_nothing_is_being_sent, shared_house))
    await sql(shared_house.sandbox, "delete from channels")
    await sql(shared_house.sandbox, "update recipients set role = 'user'")
    shared_ntfy.heal()
    shared_ntfy.received.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def ntfy(house: House, shared_ntfy: FakeNtfy) -> FakeNtfy:
    return shared_ntfy


@pytest_asyncio.fixture(loop_scope="module")
async def ada(house: House) -> Person:
    return await known(Person(house.sandbox, "Ada"))


async def known(person: Person) -> Person:
    await person.introduce()
    await eventually(partial(_known, person.sandbox, person.id))
    return person


async def asleep(house: House, person: Person, ntfy: FakeNtfy) -> Target:
    """It is eleven at night, and the person has a channel and quiet hours."""
    target = await with_ntfy(person, ntfy)
    house.at_berlin(23)
    await save(person, zone="Europe/Berlin", quiet_hours=NIGHT)
    return target


async def tell(person: Person, status: RequestStatus, **values: Any) -> None:
    """One after the other, so that their order is known."""
    before = (await person.count()).head
    await person.sandbox.emit(request_event(person, status, version=before + 1, **values))

    await eventually(partial(_reaches, person, before + 1))


async def waiting(person: Person) -> list[tuple[str, str]]:
    """Why, and until when on a clock in Berlin."""
    rows = await sql(
        person.sandbox, "select held_for, due_at from deliveries where user_id = $1 order by seq", person.id
    )
    return [(row["held_for"], f"{row['due_at'].astimezone(BERLIN):%H:%M}") for row in rows]


async def states(person: Person) -> list[tuple[str, str | None]]:
    """Of each notification the one delivery, in order: its state, and why."""
    rows = await sql(
        person.sandbox,
        "select state, coalesce(reason, held_for) from deliveries where user_id = $1 order by seq",
        person.id,
    )
    return [(row[0], row[1]) for row in rows]


async def arrives(house: House, ntfy: FakeNtfy, *titles: str) -> None:
    """And it is known to be sent: if time is moved on before, whoever is at it counts as gone, and it is sent again."""

    async def there() -> bool:
        return texts(ntfy) == list(titles) and await _nothing_is_being_sent(house)

    await eventually(there)


async def settles(person: Person, *expected: tuple[str, str | None]) -> None:
    """What a message's delivery says is written after the provider has it."""

    async def so() -> bool:
        found = await states(person)
        assert found == list(expected)
        return True

    await eventually(so)


async def test_a_night_is_one_message_in_the_morning_without_what_is_settled(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    await asleep(house, ada, ntfy)
    dune = uuid7()
    await tell(ada, S.APPROVED, request_id=dune)
    await tell(ada, S.AVAILABLE, title="Tron")
    await tell(ada, S.AVAILABLE, request_id=dune)
    await house.release()
    assert await waiting(ada) == [("quiet_hours", "07:00")] * 3
    assert ntfy.received == []
    house.at_berlin(7)
    await asyncio.gather(*(house.release() for _ in range(4)))
    await arrives(house, ntfy, "2 notifications")
    text = ntfy.received[0]["message"]
    assert text.index("Ready to watch: Tron (2021)") < text.index("Ready to watch: Dune (2021)")
    assert "Approved" not in text
    await settles(ada, ("suppressed", "collapsed"), ("sent", None), ("sent", None))
    await house.release()
    assert len(ntfy.received) == 1


async def test_what_is_urgent_is_told_in_the_night(house: House, ada: Person, ntfy: FakeNtfy) -> None:
    await asleep(house, ada, ntfy)
    await ada.sandbox.emit(
        SessionStarted(
            user_id=ada.id,
            session_id=uuid7(),
            method=SignInMethod.PASSWORD,
            browser="Firefox on Linux",
            place="192.0.2.0/24",
            new_device=True,
        )
    )
    await arrives(house, ntfy, "New sign-in to your account")


async def test_one_alone_that_waited_is_a_message_of_its_own(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    await asleep(house, ada, ntfy)
    await tell(ada, S.AVAILABLE)
    house.at_berlin(7)
    await house.release()
    await arrives(house, ntfy, "Ready to watch: Dune (2021)")


async def test_other_wishes_decide_anew_about_what_waits(house: House, ada: Person, ntfy: FakeNtfy) -> None:
    target = await asleep(house, ada, ntfy)
    await tell(ada, S.AVAILABLE, title="Tron", tmdb_id=20526)
    await tell(ada, S.AVAILABLE, title="Alien", tmdb_id=348)
    await tell(ada, S.DECLINED, title="Cats")
    await ada.ask(MuteTitle(media_type=MediaType.MOVIE, tmdb_id=348, title="Alien", until=None))
    await save(
        ada, Choice(type=NotificationType.REQUEST_DECLINED, channel_id=target.channel_id, mode=Mode.OFF)
    )
    waits = ("queued", "quiet_hours")
    assert await states(ada) == [waits, ("suppressed", "muted"), ("suppressed", "off")]
    # Longer quiet hours hold it longer, none at all let it go at once.
    await save(ada, quiet_hours=QuietHours(start="22:00", end="09:00"))
    house.at_berlin(7, 30)
    await house.release()
    assert (await states(ada))[0] == waits and ntfy.received == []
    await save(ada, quiet_hours=None)
    await house.release()
    await arrives(house, ntfy, "Ready to watch: Tron (2021)")


async def test_a_title_that_is_muted_while_news_of_it_waits_is_not_told(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    await asleep(house, ada, ntfy)
    for title, tmdb_id in (("Alien", 348), ("Tron", 20526)):
        told = {"item": "movie", "title": title, "year": 1979, "tmdb_id": tmdb_id, "seasons": []}
        told |= {"episodes": None, "library_key": "1", "library": "Movies", "count": 1, "subject": title}
        told |= {"by": None, "season": None, "is_4k": False, "total": None, "titles": [], "more": 0}
        async with house.app.db.transaction() as tx:
            await notify(house.app, tx, about_arrivals(told), to=[ada.id], dedupe_key=uuid7())
    assert [state for state, _ in await states(ada)] == ["queued", "queued"]
    await ada.ask(MuteTitle(media_type=MediaType.MOVIE, tmdb_id=348, title="Alien", until=None))
    assert await states(ada) == [("suppressed", "muted"), ("queued", "digest")]


async def test_a_digest_comes_every_quarter_of_an_hour_and_daily_once(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    target = await with_ntfy(ada, ntfy)
    house.at_berlin(12, 1)
    ready = partial(Choice, type=NotificationType.REQUEST_AVAILABLE, channel_id=target.channel_id)
    declined = Choice(type=NotificationType.REQUEST_DECLINED, channel_id=target.channel_id, mode=Mode.DAILY)
    await save(ada, ready(mode=Mode.DIGEST), declined, zone="Europe/Berlin", daily_at="18:30")
    await tell(ada, S.AVAILABLE, title="Tron")
    await tell(ada, S.AVAILABLE, title="Alien")
    await tell(ada, S.DECLINED, title="Cats")
    assert await waiting(ada) == [("digest", "12:15"), ("digest", "12:15"), ("digest", "18:30")]
    house.at_berlin(12, 15)
    await house.release()
    await arrives(house, ntfy, "2 notifications")
    house.at_berlin(18, 30)
    await house.release()
    await arrives(house, ntfy, "2 notifications", "Declined: Cats (2021)")
    await settles(ada, ("sent", None), ("sent", None), ("sent", None))


async def test_what_a_newer_version_has_held_keeps_nothing_else_waiting(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    """As after going back to a version that does not know the type."""
    target = await asleep(house, ada, ntfy)
    await tell(ada, S.AVAILABLE, title="Tron")
    await sql(house.sandbox, "update deliveries set type = 'of.tomorrow'")
    await tell(ada, S.AVAILABLE, title="Alien")
    await save(
        ada, Choice(type=NotificationType.REQUEST_DECLINED, channel_id=target.channel_id, mode=Mode.OFF)
    )
    house.at_berlin(7)
    await house.release()
    await arrives(house, ntfy, "Ready to watch: Alien (2021)")
    await settles(ada, ("queued", "quiet_hours"), ("sent", None))


async def test_what_was_forgotten_is_not_taken_up_again_at_every_look(
    house: House, ada: Person, ntfy: FakeNtfy
) -> None:
    await asleep(house, ada, ntfy)
    await tell(ada, S.AVAILABLE)
    now = house.clock.now()
    await sql(house.sandbox, "update channels set woken_at = $1", now - timedelta(minutes=1))
    # Due for long, and nobody has been told.
    await sql(
        house.sandbox, "update deliveries set held_for = null, due_at = $1", now - timedelta(minutes=10)
    )
    await look_after_deliveries(house.app)
    [row] = await sql(house.sandbox, "select woken_at from channels")
    assert (row["woken_at"], ntfy.received) == (now - timedelta(minutes=1), [])
    await sql(house.sandbox, "update channels set woken_at = $1", now - timedelta(minutes=10))
    await look_after_deliveries(house.app)
    await arrives(house, ntfy, "Ready to watch: Dune (2021)")


async def test_what_flaps_is_told_once_and_then_as_it_is(house: House, ntfy: FakeNtfy) -> None:
    boss = await known(Person(house.sandbox, "Grace", Role.ADMIN))
    await with_ntfy(boss, ntfy)

    async def turns(event: Any) -> None:
        before = (await boss.count()).head
        await house.sandbox.emit(event)
        await eventually(partial(_reaches, boss, before + 1))

    paused = QueuePaused(reason="The disk is full.", code=None, until=None)
    await turns(paused)
    await arrives(house, ntfy, "Downloads are paused")
    for event in (QueueResumed(), paused, QueueResumed()):
        await turns(event)
    assert [held for _, held in await states(boss)] == [None, "collapse", "collapse", "collapse"]
    house.clock.advance(timedelta(minutes=5).total_seconds())
    await house.release()
    await arrives(house, ntfy, "Downloads are paused", "Downloads go on")
    collapsed = ("suppressed", "collapsed")
    await settles(boss, ("sent", None), collapsed, collapsed, ("sent", None))
    # Two in half an hour are enough; that it is as it was said last is no news.
    await turns(paused)
    await turns(QueueResumed())
    house.clock.advance(timedelta(minutes=20).total_seconds())
    await house.release()
    assert len(ntfy.received) == 2
    house.clock.advance(timedelta(minutes=10).total_seconds())
    await house.release()
    await settles(boss, ("sent", None), collapsed, collapsed, ("sent", None), collapsed, collapsed)
    assert len(ntfy.received) == 2


async def test_uptime_kuma_6046_4858_what_never_got_through_is_not_told_after_it_is_over(
    house: House, ntfy: FakeNtfy
) -> None:
    boss = await known(Person(house.sandbox, "Grace", Role.ADMIN))
    await with_ntfy(boss, ntfy)
    ntfy.fail_with(503)
    await house.sandbox.emit(QueuePaused(reason="The disk is full.", code=None, until=None))

    async def tried() -> bool:
        found = await sql(house.sandbox, "select attempts, state from deliveries")
        return [(row["attempts"] > 0, row["state"]) for row in found] == [(True, "queued")]

    await eventually(tried)
    # Nothing is tried again for now, so that it is certain what the release finds.
    await sql(house.sandbox, "update channels set held_until = now() + interval '1 year'")
    await eventually(tried)
    await house.sandbox.emit(QueueResumed())
    await eventually(partial(_reaches, boss, 2))
    house.clock.advance(timedelta(minutes=5).total_seconds())
    await house.release()
    assert await states(boss) == [("suppressed", "collapsed"), ("queued", None)]
    ntfy.heal()
    await sql(house.sandbox, "update channels set held_until = null")
    await house.sandbox.emit(request_event(Person(house.sandbox, "Ada"), S.PENDING, version=1))
    await arrives(house, ntfy, "Downloads go on", "Ada asks for Dune (2021)")


async def test_whoever_has_no_zone_of_their_own_reads_the_times_of_the_household(
    house: House, ntfy: FakeNtfy
) -> None:
    boss = await known(Person(house.sandbox, "Grace", Role.ADMIN))
    await with_ntfy(boss, ntfy)
    here: dict[str, Any] = {
        "type": NotificationType.DOWNLOADS_PAUSED,
        "locale": Language.ENGLISH,
        "channel": TemplateChannel.ANY,
    }
    await boss.ask(
        SetTemplate(
            **here, title="Paused{% if until %} until {{ until | time }}{% endif %}", body="See you then."
        )
    )
    try:
        until = datetime(2026, 12, 1, 20, 30, tzinfo=UTC)
        await house.sandbox.emit(QueuePaused(reason="The disk is full.", code=None, until=until))
        await arrives(house, ntfy, "Paused until 21:30")
        [entry] = await boss.inbox()
        assert entry.title == "Paused until 21:30"
        shown = await boss.ask(PreviewTemplate(**here, notification_id=entry.id))
        assert [words.title for words in shown.items] == ["Paused until 21:30"]

        await save(boss, zone="UTC")
        await house.sandbox.emit(QueueResumed())
        await house.sandbox.emit(QueuePaused(reason="The disk is full.", code=None, until=until))

        async def in_their_own() -> bool:
            return "Paused until 20:30" in [each.title for each in await boss.inbox()]

        await eventually(in_their_own)
    finally:
        await boss.ask(ResetTemplate(**here))


async def test_two_that_flap_at_the_same_moment_are_not_both_told_at_once(
    house: House, ntfy: FakeNtfy
) -> None:
    boss = await known(Person(house.sandbox, "Grace", Role.ADMIN))
    await with_ntfy(boss, ntfy)
    # Somebody with an inbox: it is what two transactions wait for.
    await house.sandbox.emit(request_event(Person(house.sandbox, "Ada"), S.PENDING, version=1))
    await eventually(partial(_reaches, boss, 1))
    paused = QueuePaused(reason="The disk is full.", code=None, until=None)
    await asyncio.gather(
        *(house.sandbox.emit(event) for event in (paused, QueueResumed(), paused, QueueResumed()))
    )
    await eventually(partial(_reaches, boss, 5))
    assert [held for _, held in await states(boss)][1:].count("collapse") == 3


async def _nothing_is_being_sent(house: House) -> bool:
    return not await sql(house.sandbox, "select 1 from deliveries where state = 'sending'")


async def _reaches(person: Person, head: int) -> bool:
    return (await person.count()).head >= head

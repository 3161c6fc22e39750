"""The inbox over the real bus and database: who is told, once, in order, and what a returning client gets."""

import asyncio
import json
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from medianest.testing import Sandbox, eventually
from medianest_common.bus.topology import consumers_for
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import (
    RevocationReason,
    SessionRevoked,
    SessionStarted,
    SignInMethod,
    UserChanged,
)
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.contracts.identity import Role, Scope
from medianest_common.contracts.live import EventFrame
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.events import REQUEST_EVENTS
from medianest_common.contracts.notifications import (
    DismissNotification,
    InboxCount,
    InboxHeads,
    ListNotifications,
    MarkAllRead,
    MarkRead,
    Notification,
    NotificationType,
    ReadInboxHeads,
    push_subject,
)
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import running
from medianest_notifications.service import SERVICE
from services.notifications.tests.household import Person, request_event

P = RequestStatus


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(SERVICE)
    return sandbox


@pytest.fixture
async def ada(household: Sandbox) -> Person:
    return Person(household, "Ada")


@pytest.fixture
async def boss(household: Sandbox) -> Person:
    person = Person(household, "Grace", Role.ADMIN)
    await person.introduce()
    await eventually(lambda: _known(household, person.id))
    return person


async def test_an_admin_hears_of_a_new_request_and_the_requester_of_what_becomes_of_it(
    household: Sandbox, ada: Person, boss: Person
) -> None:
    request_id = uuid7()
    await household.emit(request_event(ada, P.PENDING, version=1, request_id=request_id, actor=ada))
    [asked] = await told_to(boss)
    assert (asked.title, asked.type) == ("Ada asks for Dune (2021)", NotificationType.REQUEST_CREATED)
    assert asked.link == f"/requests/{request_id}"
    assert asked.data["requestId"] == str(request_id)
    await household.emit(
        request_event(
            ada, P.DECLINED, version=2, request_id=request_id, actor=boss, reason="We have it on disc."
        )
    )
    [declined] = await told_to(ada)
    assert declined.body == "Your request was declined. Reason: We have it on disc."
    assert len(await boss.inbox()) == 1, "nobody is told of what he did himself"


async def test_a_failure_is_told_to_both_in_words_that_fit_each(
    household: Sandbox, ada: Person, boss: Person
) -> None:
    await household.emit(request_event(ada, P.FAILED, version=3, reason="Overseerr does not answer."))
    [to_ada] = await told_to(ada)
    [to_boss] = await told_to(boss)
    assert to_ada.body.startswith("Your request could not be carried out.")
    assert to_boss.body.startswith("Ada’s request could not be carried out.")


async def test_an_admin_who_asks_himself_is_not_told_that_he_asked(household: Sandbox, boss: Person) -> None:
    other = Person(household, "Linus", Role.OWNER)
    await other.introduce()
    await eventually(lambda: _known(household, other.id))
    await household.emit(request_event(boss, P.PENDING, version=1))
    await eventually(other.inbox)
    assert await boss.inbox() == []


async def test_the_sequence_has_no_holes_under_parallel_events_on_two_replicas(
    household: Sandbox, ada: Person
) -> None:
    async with running(SERVICE, overrides=household.settings):
        events = [request_event(ada, P.AVAILABLE, version=1) for _ in range(48)]
        await asyncio.gather(*(household.emit(event) for event in events))
        await eventually(lambda: _has_unread(ada, 48))
    assert [entry.seq for entry in await ada.inbox()] == list(range(48, 0, -1))


async def test_an_event_delivered_twice_is_told_once(household: Sandbox, ada: Person) -> None:
    event_id, event = uuid7(), request_event(ada, P.AVAILABLE, version=2)
    for attempt in range(4):
        await household.bus.publish_stored(
            event.subject,
            event.model_dump_json().encode(),
            headers={"ce-id": str(event_id), "Nats-Msg-Id": f"{event_id}-{attempt}"},
        )
    await household.emit(request_event(ada, P.AVAILABLE, version=1, title="After"))
    await eventually(lambda: _all_handled(household, event.subject))
    assert (await ada.count()).head == 2


async def test_a_state_that_comes_late_is_not_told_as_if_it_were_new(household: Sandbox, ada: Person) -> None:
    request_id = uuid7()
    await household.emit(request_event(ada, P.AVAILABLE, version=4, request_id=request_id))
    await eventually(ada.inbox)
    await household.emit(request_event(ada, P.APPROVED, version=2, request_id=request_id))
    await household.emit(request_event(ada, P.APPROVED, version=2, title="Another"))
    await eventually(lambda: _has_title(ada, "Approved: Another (2021)"))
    await eventually(lambda: _all_handled(household, REQUEST_EVENTS[P.APPROVED].subject))
    assert [entry.type for entry in await ada.inbox()] == ["request.approved", "request.available"]


async def test_an_approval_overtaken_by_a_silent_state_is_still_told(household: Sandbox, ada: Person) -> None:
    request_id = uuid7()
    await household.emit(request_event(ada, P.PROCESSING, version=3, request_id=request_id))
    await eventually(lambda: _heard_of(household, request_id, 3))
    await household.emit(request_event(ada, P.APPROVED, version=2, request_id=request_id))
    [told] = await told_to(ada)
    assert told.type is NotificationType.REQUEST_APPROVED


async def test_nobody_is_asked_to_decide_what_is_decided(
    household: Sandbox, ada: Person, boss: Person
) -> None:
    request_id = uuid7()
    await household.emit(request_event(ada, P.APPROVED, version=2, request_id=request_id))
    await eventually(ada.inbox)
    await household.emit(request_event(ada, P.PENDING, version=1, request_id=request_id))
    await household.emit(request_event(ada, P.PENDING, version=1, title="Another"))
    await eventually(lambda: _has_title(boss, "Ada asks for Another (2021)"))
    await eventually(lambda: _all_handled(household, REQUEST_EVENTS[P.PENDING].subject))
    assert len(await boss.inbox()) == 1


async def test_who_is_an_admin_follows_the_newest_version_whatever_comes_last(
    household: Sandbox, ada: Person, boss: Person
) -> None:
    for version, role in ((3, Role.USER), (2, Role.ADMIN)):
        change = UserChanged(user_id=boss.id, name="Grace", email=None, role=role, version=version)
        await household.emit(change)
        await eventually(lambda: _role_is(household, boss.id, "user"))
    witness = Person(household, "Linus", Role.OWNER)
    await witness.introduce()
    await eventually(lambda: _known(household, witness.id))
    await household.emit(request_event(ada, P.PENDING, version=1))
    await eventually(witness.inbox)
    assert await boss.inbox() == []


async def test_a_sign_in_from_a_new_device_and_a_stolen_session_are_told_to_their_owner(
    household: Sandbox, ada: Person
) -> None:
    def started(new_device: bool) -> SessionStarted:
        return SessionStarted(
            user_id=ada.id,
            session_id=uuid7(),
            method=SignInMethod.PLEX,
            browser="Firefox on Linux",
            place="192.0.2.0/24",
            new_device=new_device,
        )

    def revoked(reason: RevocationReason) -> SessionRevoked:
        return SessionRevoked(
            user_id=ada.id, session_id=uuid7(), not_before=household.clock.now(), reason=reason
        )

    await household.emit(started(new_device=False))
    await household.emit(started(new_device=True))
    await eventually(lambda: _has_unread(ada, 1))
    await household.emit(revoked(RevocationReason.LOGOUT))
    await household.emit(revoked(RevocationReason.REUSE))
    await eventually(lambda: _has_unread(ada, 2))
    stolen, new_device = await ada.inbox()
    assert (new_device.type, stolen.type) == ("security.new_sign_in", "security.session_reused")
    assert "Firefox on Linux (192.0.2.0/24)" in new_device.body


async def test_a_new_token_is_told_to_its_person_and_a_newcomer_to_whoever_invited(
    household: Sandbox, ada: Person
) -> None:
    made = PersonalTokenCreated(
        user_id=ada.id,
        token_id=uuid7(),
        name="the <b>kitchen</b> radio",
        scopes=[Scope.READ, Scope.REQUEST],
        expires_at=household.clock.now(),
    )
    came = InviteAccepted(invite_id=uuid7(), user_id=uuid7(), name="Nora", invited_by=ada.id)
    event_id = await household.emit(made)
    await household.emit(made, event_id=event_id)
    await eventually(lambda: _has_unread(ada, 1))
    await household.emit(came)
    await eventually(lambda: _has_unread(ada, 2))
    newcomer, token = await ada.inbox()
    assert (token.type, newcomer.type) == ("security.token_created", "people.invite_accepted")
    assert "“the <b>kitchen</b> radio” can now be used instead of you for: read, request." in token.body
    assert newcomer.title == "Nora has accepted your invitation"


@pytest.mark.parametrize("title", ["x" * 5000, "{{7*7}} <b>\u202eevil\r\n</b> * >", "🎬 日本語"])
async def test_hostile_titles_are_text_and_nothing_else(household: Sandbox, ada: Person, title: str) -> None:
    await household.emit(request_event(ada, P.AVAILABLE, version=1, title=title))
    [entry] = await told_to(ada)
    assert len(entry.title) <= 200
    assert title[:20] in entry.title
    assert entry.data["title"][:100] == title[:100]


async def test_the_wording_names_seasons_and_quality(household: Sandbox, ada: Person) -> None:
    show: dict[str, Any] = {"media_type": MediaType.TV, "title": "Dark", "year": 2017, "is_4k": True}
    for version, seasons in enumerate(([0], [2], [3, 1, 2]), start=1):
        await household.emit(request_event(ada, P.AVAILABLE, version=version, seasons=seasons, **show))
        await eventually(partial(_has_unread, ada, version))
    assert [entry.title for entry in reversed(await ada.inbox())] == [
        "Ready to watch: Dark (2017), specials in 4K",
        "Ready to watch: Dark (2017), season 2 in 4K",
        "Ready to watch: Dark (2017), seasons 1, 2 and 3 in 4K",
    ]


async def test_reading_all_leaves_what_arrived_meanwhile(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 5)
    assert await ada.ask(MarkAllRead(up_to=3)) == InboxCount(unread=2, head=5)
    assert await ada.ask(MarkAllRead(up_to=3)) == InboxCount(unread=2, head=5)
    assert [entry.seq for entry in await ada.inbox(unread=True)] == [5, 4]


async def test_reading_and_dismissing_count_once_and_only_for_the_owner(
    household: Sandbox, ada: Person
) -> None:
    await fill(household, ada, 3)
    first, second, third = await ada.inbox()
    for _ in range(2):
        await ada.ask(MarkRead(id=first.id))
    assert (await ada.count()).unread == 2
    await ada.ask(DismissNotification(id=first.id))
    await ada.ask(DismissNotification(id=second.id))
    with pytest.raises(MediaNestError) as again:
        await ada.ask(DismissNotification(id=second.id))
    assert again.value.status == 404
    stranger = Person(household, "Eve")
    for message in (MarkRead(id=third.id), DismissNotification(id=third.id)):
        with pytest.raises(MediaNestError) as refused:
            await stranger.ask(message)
        assert refused.value.status == 404
    assert await ada.count() == InboxCount(unread=1, head=3)
    assert [entry.seq for entry in await ada.inbox()] == [third.seq]


async def test_many_readers_at_once_leave_the_count_right(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 12)
    entries = await ada.inbox()
    await asyncio.gather(
        *(ada.ask(MarkRead(id=entry.id)) for entry in entries[:6]),
        *(ada.ask(DismissNotification(id=entry.id)) for entry in entries[3:9]),
        *(ada.ask(MarkAllRead(up_to=4)) for _ in range(3)),
        *(household.emit(request_event(ada, P.AVAILABLE, version=1)) for _ in range(8)),
        return_exceptions=True,
    )
    await eventually(lambda: _has_head(ada, 20))
    assert (await ada.count()).unread == len(await ada.inbox(unread=True))


async def test_pages_follow_each_other_without_repeats(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 7)
    seen: list[int] = []
    cursor = None
    while True:
        page = await ada.ask(ListNotifications(limit=3, cursor=cursor))
        seen += [entry.seq for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    for nonsense in ("!", "ÿ", "MTIzNA" * 9, "-"):
        with pytest.raises(MediaNestError) as refused:
            await ada.ask(ListNotifications(cursor=nonsense))
        assert refused.value.status == 400


async def test_a_replay_gives_all_that_was_missed_and_nothing_else(household: Sandbox, ada: Person) -> None:
    start = await ada.replay(None, None)
    assert (start.head, start.gap, start.items) == (0, False, [])
    await fill(household, ada, 4)
    [_, third, *_] = await ada.inbox()
    await ada.ask(DismissNotification(id=third.id))
    replay = await ada.replay(start.epoch, 1)
    assert [entry.seq for entry in replay.items] == [2, 3, 4], "a dismissed one is no hole"
    assert [entry.dismissed_at is not None for entry in replay.items] == [False, True, False]
    assert (replay.head, replay.unread, replay.gap) == (4, 3, False)
    nothing = await ada.replay(start.epoch, 4)
    assert (nothing.items, nothing.gap) == ([], False)
    unknown = await ada.replay(None, None)
    assert (unknown.items, unknown.gap, unknown.head) == ([], False, 4)


async def test_a_replay_of_another_epoch_or_from_the_future_is_a_gap(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 2)
    epoch = (await ada.replay(None, None)).epoch
    for theirs, last_seq in (("other", 1), (None, 1), (epoch, 3)):
        replay = await ada.replay(theirs, last_seq)
        assert (replay.gap, replay.items, replay.head, replay.epoch) == (True, [], 2, epoch)


async def test_more_than_five_hundred_missed_is_a_gap(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 1)
    epoch = (await ada.replay(None, None)).epoch
    await _sql(
        household,
        """
        insert into notifications.entries
            (id, user_id, seq, dedupe_key, type, title, body, data, created_at)
        select gen_random_uuid(), $1, n, gen_random_uuid(), 'request.available', 't', 'b', '{}', now()
        from generate_series(2, 501) as n
        """,
        ada.id,
    )
    await _sql(
        household, "update notifications.heads set head = 501, unread = 501 where user_id = $1", ada.id
    )
    assert (await ada.replay(epoch, 0)).gap is True
    seqs: list[int] = []
    last_seq = 1
    while last_seq < 501:
        replay = await ada.replay(epoch, last_seq)
        assert (replay.gap, replay.head) == (False, 501)
        seqs += [entry.seq for entry in replay.items]
        last_seq = seqs[-1]
    assert seqs == list(range(2, 502))


async def test_what_was_forgotten_is_a_gap_for_whoever_missed_it(household: Sandbox, ada: Person) -> None:
    await fill(household, ada, 3)
    epoch = (await ada.replay(None, None)).epoch
    await _sql(
        household, "update notifications.entries set created_at = now() - interval '91 days' where seq < 3"
    )
    await household.stop("notifications")
    await household.start(SERVICE)
    await eventually(lambda: _has_unread(ada, 1))
    assert [entry.seq for entry in await ada.inbox()] == [3]
    assert (await ada.replay(epoch, 1)).gap is True
    assert (await ada.replay(epoch, 2)).gap is False


async def test_the_epoch_survives_a_restart_and_ends_with_a_restored_copy(
    household: Sandbox, ada: Person
) -> None:
    epoch = (await ada.replay(None, None)).epoch
    await household.stop("notifications")
    await household.start(SERVICE)
    assert (await ada.replay(None, None)).epoch == epoch
    await household.stop("notifications")
    # What a restore does: the same rows in tables that were made anew.
    await _sql(household, "create table notifications.copied (like notifications.entries including all)")
    await _sql(household, "drop table notifications.entries cascade")
    await _sql(household, "alter table notifications.copied rename to entries")
    await _sql(household, "alter table notifications.entries owner to medianest_notifications")
    await household.start(SERVICE)
    assert (await ada.replay(None, None)).epoch != epoch


async def test_a_frame_is_pushed_after_the_entry_can_be_read(household: Sandbox, ada: Person) -> None:
    frames: list[EventFrame] = []
    seen_by_rest: list[int] = []

    async def listen(message: object) -> None:
        data = json.loads(message.data)  # type: ignore[attr-defined]
        if data["t"] == "event":
            frames.append(EventFrame.model_validate(data))
            seen_by_rest.append((await ada.count()).head)

    await household.nats.subscribe(push_subject(ada.id), cb=listen)
    await household.nats.flush()
    await household.emit(request_event(ada, P.AVAILABLE, version=1))
    await eventually(lambda: _equal(len(seen_by_rest), 1))
    assert (frames[0].seq, frames[0].type, seen_by_rest) == (1, "request.available", [1])
    assert frames[0] == EventFrame.of((await ada.inbox())[0])


async def test_heads_of_many_are_read_at_once(household: Sandbox, ada: Person, boss: Person) -> None:
    await fill(household, ada, 2)
    heads: InboxHeads = await household.bus.call(ReadInboxHeads(user_ids=[ada.id, boss.id, uuid7()]))
    assert heads.heads == {ada.id: 2}
    assert heads.epoch == (await ada.replay(None, None)).epoch


async def told_to(person: Person) -> list[Notification]:
    return await eventually(person.inbox)


async def fill(household: Sandbox, person: Person, entries: int) -> None:
    for _ in range(entries):
        await household.emit(request_event(person, P.AVAILABLE, version=1))
    await eventually(lambda: _has_head(person, entries))


async def _equal(one: object, other: object) -> bool:
    return one == other


async def _has_unread(person: Person, unread: int) -> bool:
    count = await person.count()
    return count.unread == unread


async def _has_head(person: Person, head: int) -> bool:
    count = await person.count()
    return count.head == head


async def _has_title(person: Person, title: str) -> bool:
    return any(entry.title == title for entry in await person.inbox())


async def _all_handled(household: Sandbox, subject: str) -> bool:
    """None of these waits or is at work any more."""
    [consumer] = [each for each in consumers_for(SERVICE.handlers) if each.config.filter_subject == subject]
    assert consumer.config.durable_name
    now = await household.bus.js.consumer_info(consumer.stream, consumer.config.durable_name)
    return bool(now.num_pending == now.num_ack_pending == 0)


async def _known(household: Sandbox, user_id: UUID) -> bool:
    return bool(await _sql(household, "select 1 from notifications.recipients where user_id = $1", user_id))


async def _role_is(household: Sandbox, user_id: UUID, role: str) -> bool:
    rows = await _sql(household, "select role from notifications.recipients where user_id = $1", user_id)
    return bool(rows and rows[0]["role"] == role)


async def _heard_of(household: Sandbox, request_id: UUID, version: int) -> bool:
    rows = await _sql(
        household, "select version from notifications.followed_requests where request_id = $1", request_id
    )
    return bool(rows and rows[0]["version"] == version)


async def _sql(household: Sandbox, statement: str, *values: object) -> list[asyncpg.Record]:
    dsn = make_url(household.settings["database_url"]).set(drivername="postgresql")
    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=30)
    try:
        return list(await connection.fetch(statement, *values, timeout=30))
    finally:
        await connection.close(timeout=30)

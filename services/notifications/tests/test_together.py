"""Many requests at once: an administrator's inbox moves on for all that wait, in their order, each of them once."""

from typing import Any

from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.live import EventFrame
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import push_subject
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News

_MANY = 30
_WAITS = """
    select 1 from pg_stat_activity
     where datname = current_database() and wait_event in ('transactionid', 'tuple')
"""


async def _told_at_once(news: News, boss: Person, events: list[Any]) -> None:
    """The first waits for the inbox while the others come."""
    async with news.app.db.transaction() as tx:
        made = "insert into heads (user_id, head, unread) values (:id, 0, 0)"
        await tx.session.execute(text(made), {"id": boss.id})
    async with news.app.db.transaction() as tx:
        await tx.session.execute(text("select 1 from heads where user_id = :id for update"), {"id": boss.id})
        await news.sandbox.emit(events[0])

        async def waits() -> bool:
            return bool(await news.rows(_WAITS))

        await eventually(waits)
        for event in events[1:]:
            await news.sandbox.emit(event)


async def _has_heard(boss: Person, number: int) -> bool:
    return (await boss.count()).head == number


async def test_many_requests_stand_in_an_inbox_in_their_order_and_open_pages_hear_of_each(news: News) -> None:
    boss = await news.person("Grace", role=Role.ADMIN)
    ada = await news.person("Ada")
    frames: list[EventFrame] = []

    async def pushed(message: Any) -> None:
        if b'"t":"event"' in message.data:
            frames.append(EventFrame.model_validate_json(message.data))

    await news.sandbox.nats.subscribe(push_subject(boss.id), cb=pushed)
    await news.sandbox.nats.flush()
    titles = [f"Film {number}" for number in range(_MANY)]
    pending = RequestStatus.PENDING
    await _told_at_once(news, boss, [request_event(ada, pending, version=1, title=title) for title in titles])
    await eventually(lambda: _has_heard(boss, _MANY))
    inbox = list(reversed(await boss.inbox()))
    assert [each.seq for each in inbox] == list(range(1, _MANY + 1))
    assert [each.data["title"] for each in inbox] == titles
    assert (await boss.count()).unread == _MANY
    [(commits,)] = await news.rows("select count(distinct xmin::text) from entries")
    assert commits < _MANY // 2, "they were not told together"

    async def all_frames() -> bool:
        return [each.seq for each in frames] == list(range(1, _MANY + 1))

    await eventually(all_frames)
    assert [each.data["title"] for each in frames] == titles


async def test_of_the_same_request_several_times_the_latest_counts(news: News) -> None:
    """The others are told as well, but for one that was overtaken, and nobody twice."""
    boss = await news.person("Grace", role=Role.ADMIN)
    ada = await news.person("Ada")
    again, failed = uuid7(), RequestStatus.FAILED
    versions = [2, 4, 3, 5]
    events = [request_event(ada, failed, version=version, request_id=again) for version in versions]
    first = request_event(ada, failed, version=1)
    await _told_at_once(news, boss, [first, *events])
    await eventually(lambda: _has_heard(boss, 4))
    [(version, told)] = await news.rows(
        "select version, told from followed_requests where request_id = :id", id=again
    )
    assert version == 5
    assert told == {boss.id.hex: 5, ada.id.hex: 5}
    assert len(await ada.inbox()) == 4

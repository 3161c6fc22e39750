"""What people hear of services that go down and come back: at once, in order, and not over and over."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.health import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorStillDown,
    MonitorUnwatched,
    MonitorWentDown,
    Visibility,
)
from medianest_common.contracts.health.queues import DeadLetterFound
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import MarkRead, push_subject
from services.notifications.tests.household import Person
from services.notifications.tests.news import News, titles
from services.notifications.tests.test_lock_order import _CHANNEL


@pytest.fixture
async def boss(news: News) -> Person:
    return await news.person("Grace", role=Role.ADMIN)


class Monitor:
    def __init__(self, news: News, name: str, visibility: Visibility = Visibility.EVERYONE) -> None:
        self.news, self.name, self.visibility, self.id = news, name, visibility, uuid7()

    def down(self, incident: UUID | None = None, *, ago: float = 0) -> MonitorWentDown:
        return self._event(MonitorWentDown, incident, ago=ago, reason="Plex cannot be reached.")

    def up(self, down: IncidentEvent, *, times: int = 1) -> MonitorRecovered:
        worst = MonitorState.DOWN if isinstance(down, MonitorWentDown) else MonitorState.AUTH
        return self._event(MonitorRecovered, down.incident_id, since=down.since, worst=worst, times=times)

    def refused(self, state: MonitorState = MonitorState.AUTH) -> MonitorDegraded:
        return self._event(MonitorDegraded, None, state=state, reason="The token is old.")

    def still(self, down: IncidentEvent) -> MonitorStillDown:
        told: dict[str, Any] = {
            "at": down.at,
            "since": down.since,
            "told_at": self.news.clock.now(),
            "reason": down.reason,
        }
        return self._event(MonitorStillDown, down.incident_id).model_copy(update=told)

    def unwatched(self, down: IncidentEvent) -> MonitorUnwatched:
        return self._event(MonitorUnwatched, down.incident_id, since=down.since, worst=MonitorState.DOWN)

    def expires(self, days: int) -> CertificateExpiring:
        return CertificateExpiring(
            monitor_id=self.id,
            monitor_name=self.name,
            visibility=self.visibility,
            expires_at=self.news.clock.now() + timedelta(days=days),
            days=days,
        )

    def _event[E: IncidentEvent](
        self, kind: type[E], incident: UUID | None, *, ago: float = 0, **more: Any
    ) -> E:
        at = self.news.clock.now() - timedelta(minutes=ago)
        values = {
            "incident_id": incident or uuid7(),
            "monitor_id": self.id,
            "monitor_name": self.name,
            "visibility": self.visibility,
            "at": at,
            "since": at,
        }
        return kind.model_validate(values | more)


async def test_administrators_hear_at_once_and_others_who_may_see_it_without_haste(
    news: News, boss: Person
) -> None:
    ada = await news.person("Ada", plex=False)
    plex, nats = Monitor(news, "Plex"), Monitor(news, "NATS", Visibility.ADMINS)
    down = plex.down()

    await news.heard(down, nats.down())
    assert sorted(await titles(boss)) == ["NATS is down", "Plex is down"]
    await news.pass_by(0)
    assert await titles(ada) == ["Plex is down"]
    [entry] = await ada.inbox()
    assert (entry.body, entry.link) == ("Plex cannot be reached.", "/services")

    await news.pass_by(4)
    await news.heard(plex.up(down))
    await news.pass_by(0)
    assert await titles(ada) == ["Plex is up again"]
    assert (await ada.inbox())[0].body.startswith("It was down for 4 minutes.")


async def test_whoever_heard_that_it_is_down_hears_that_nobody_looks_any_more(
    news: News, boss: Person
) -> None:
    ada = await news.person("Ada", plex=False)
    plex = Monitor(news, "Plex")
    down = plex.down(ago=4)
    await news.heard(down)
    await news.pass_by(0)
    await news.heard(plex.unwatched(down))
    await news.pass_by(0)
    assert await titles(boss) == await titles(ada) == ["Plex is not watched any more"]


async def test_uptime_kuma_6046_4858_4792_up_without_down_is_told_as_what_was(
    news: News, boss: Person
) -> None:
    """Whatever kept the first message, or if the second has overtaken it."""
    plex = Monitor(news, "Plex")
    down = plex.down(ago=4)

    await news.heard(plex.up(down))
    await news.heard(down)

    assert await titles(boss) == ["Plex is up again"]
    assert (await boss.inbox())[0].body == "It was down for 4 minutes."


async def test_an_event_that_comes_twice_is_told_once(news: News, boss: Person) -> None:
    plex, event_id = Monitor(news, "Plex"), uuid7()
    down = plex.down()
    await news.sandbox.emit(down, event_id=event_id)
    await news.heard(down)
    await news.heard(down)

    assert await titles(boss) == ["Plex is down"]
    assert await news.rows("select count(*) from entries where user_id = :id", id=boss.id) == [(1,)]


async def test_what_was_read_stays_and_what_is_new_stands_beside_it(news: News, boss: Person) -> None:
    plex = Monitor(news, "Plex")
    down = plex.down()
    await news.heard(down)
    await boss.ask(MarkRead(id=(await boss.inbox())[0].id))
    await news.pass_by(3)
    await news.heard(plex.up(down))

    assert await titles(boss) == ["Plex is down", "Plex is up again"]
    assert (await boss.count()).unread == 1


async def test_a_refused_token_is_told_to_administrators_alone_and_so_is_that_it_is_right_again(
    news: News, boss: Person
) -> None:
    ada, plex = await news.person("Ada", plex=False), Monitor(news, "Plex")
    refused = plex.refused()
    await news.heard(refused)
    await news.pass_by(1)
    assert await titles(boss) == ["Plex does not let MediaNest in"]
    await news.pass_by(120)
    await news.heard(plex.up(refused, times=0))
    await news.pass_by(1)

    assert await titles(boss) == ["Plex works as it should again"]
    assert (await boss.inbox())[0].body == "Something was wrong with it for 2 hours."
    assert await titles(ada) == []


async def test_other_devices_hear_that_an_entry_took_the_place_of_another(news: News, boss: Person) -> None:
    frames: list[dict[str, Any]] = []

    async def hear(message: Any) -> None:
        frames.append(json.loads(message.data))

    await news.sandbox.nats.subscribe(push_subject(boss.id), cb=hear)
    await news.sandbox.nats.flush(timeout=5)
    plex = Monitor(news, "Plex")
    down = plex.down()
    await news.heard(down)
    await news.pass_by(1)
    await news.heard(plex.up(down))

    async def told() -> bool:
        counts = [frame["data"] for frame in frames if frame.get("type") == "inbox.counted"]
        return counts == [{"unread": 1, "head": 2}]

    await eventually(told)
    assert [frame["title"] for frame in frames if frame["t"] == "event"] == [
        "Plex is down",
        "Plex is up again",
    ]


async def test_what_came_and_went_before_it_was_told_says_how_often(news: News, boss: Person) -> None:
    plex = Monitor(news, "Plex")
    down = plex.down(ago=22).model_copy(update={"times": 8, "told_at": news.clock.now()})
    await news.heard(down)
    assert (await boss.inbox())[0].body == ("Plex cannot be reached. It went down 8 times within 22 minutes.")
    await news.pass_by(11)
    await news.heard(plex.up(down, times=9).model_copy(update={"told_at": news.clock.now()}))
    [entry] = await boss.inbox()
    assert entry.title == "Plex is up again"
    assert entry.body == "It was down 9 times within 33 minutes, and is up now."


async def test_a_reminder_that_was_overtaken_by_the_recovery_is_not_told(news: News, boss: Person) -> None:
    ada, plex = await news.person("Ada", plex=False), Monitor(news, "Plex")
    down = plex.down(ago=180)
    reminder = plex.still(down)
    await news.heard(down)
    await news.heard(reminder)
    assert await titles(boss) == ["Plex is still down"]
    assert (await boss.inbox())[0].body == "It has been down for 3 hours. Plex cannot be reached."
    await news.pass_by(1)
    assert await titles(ada) == ["Plex is down"], "nobody else is reminded"
    await news.pass_by(5)
    late = plex.still(down)
    await news.pass_by(1)
    await news.heard(plex.up(down))
    await news.heard(late)
    assert await titles(boss) == ["Plex is up again"]


async def test_reminders_keep_back_no_recovery(news: News, boss: Person) -> None:
    async with news.app.db.transaction() as tx:
        await tx.session.execute(text(_CHANNEL), {"id": uuid7(), "user_id": boss.id})
        await tx.session.execute(text("update channels set held_until = now() + interval '1 year'"))
    plex = Monitor(news, "Plex")
    down = plex.down()
    await news.heard(down)
    for _ in range(2):
        await news.pass_by(10)
        await news.heard(plex.still(down))
    await news.pass_by(1)
    await news.heard(plex.up(down))
    planned = await news.rows(
        "select type, held_for from deliveries where user_id = :id order by seq", id=boss.id
    )
    assert [tuple(row) for row in planned] == [
        ("service.down", None),
        ("service.still_down", None),
        ("service.still_down", None),
        ("service.recovered", None),
    ]


async def test_what_comes_and_goes_is_told_as_that(news: News, boss: Person) -> None:
    await news.heard(Monitor(news, "Plex").refused(MonitorState.FLAPPING))
    assert await titles(boss) == ["Plex comes and goes"]


async def test_a_certificate_that_expires_is_told_to_administrators(news: News, boss: Person) -> None:
    ada, plex = await news.person("Ada", plex=False), Monitor(news, "Plex")
    await news.heard(plex.expires(7))
    await news.pass_by(1)
    assert await titles(boss) == ["The certificate of Plex expires in 7 days"]
    assert await titles(ada) == []


async def test_what_could_not_be_handled_is_told_to_administrators(news: News, boss: Person) -> None:
    ada = await news.person("Ada", plex=False)
    found = DeadLetterFound(
        handler="media__submit_request", handler_service="media", reason="KeyError: 'id'", count=1, waiting=1
    )
    await news.heard(found)
    await news.heard(found.model_copy(update={"count": 12, "waiting": 13}))
    assert await titles(boss) == ["A message could not be handled", "12 messages could not be handled"]
    assert await titles(ada) == []

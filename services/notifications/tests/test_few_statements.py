"""How soon an open page hears of a request is the number of visits to the database that telling it takes."""

from typing import Any

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.testing.statements import statements_of
from medianest_notifications.repository.readers import _READERS
from services.notifications.tests.channels_of import sql
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News


async def test_a_request_is_told_in_six_statements_however_many_people_hear_of_it(news: News) -> None:
    """Claimed, the request locked, who hears of it, the request, how each is told and in which words, the inboxes."""
    bosses = [await news.person(name, role=Role.ADMIN) for name in ("Grace", "Linus", "Alan")]
    ada = await news.person("Ada")
    event: Any = request_event(ada, RequestStatus.PENDING, version=1)
    correlation_id = uuid7().hex
    with statements_of(correlation_id) as statements:
        event_id = str(uuid7())
        headers = {"ce-id": event_id, "Nats-Msg-Id": event_id, "mn-correlation": correlation_id}
        await news.sandbox.bus.publish_stored(
            event.subject, event.model_dump_json().encode(), headers=headers
        )
        for boss in bosses:
            await eventually(lambda boss=boss: _has_heard(boss), within=60)  # type: ignore[misc]
    # What was not acknowledged in time is delivered again, and claimed in vain.
    end = next(n for n, each in enumerate(statements) if "insert into entries" in each)
    start = max(n for n, each in enumerate(statements[:end]) if "insert into inbox" in each)
    assert end - start + 1 == 6, statements


async def test_wordings_come_once_for_each_matter_and_not_with_each_person(news: News) -> None:
    await sql(
        news.sandbox,
        "insert into template_overrides (type, locale, channel, title, body, version, updated_at)"
        " values ('request.created', 'en', 'any', 'New', 'Long', 1, now())",
    )
    people = [uuid7() for _ in range(3)]
    asked = {
        "user_ids": [*people, *people],
        "types": ["request.created"] * 3 + ["request.available"] * 3,
        "media_types": [None] * 6,
        "tmdb_ids": [None] * 6,
        "matters": [0] * 3 + [1] * 3,
    }
    async with news.app.db.read() as connection:
        rows = (await connection.execute(_READERS, asked)).all()
    assert [(row.matter, row.user_id) for row in rows] == [(n, each) for n in (0, 1) for each in people]
    assert [row.wordings for row in rows] == [[["en", "any", "New", "Long"]], *[None] * 5]


async def _has_heard(boss: Person) -> bool:
    return (await boss.count()).head == 1

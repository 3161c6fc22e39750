"""What administrators hear of systems that complain, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from medianest_common.contracts.health.webhooks import (
    Complaint,
    DownloadStuck,
    Level,
    SystemComplained,
    SystemRecovered,
    WebhookSource,
)
from medianest_common.contracts.identity import Role
from services.notifications.tests.household import Person
from services.notifications.tests.news import News, titles


@pytest.fixture
async def boss(news: News) -> Person:
    return await news.person("Grace", role=Role.ADMIN)


def complaints(news: News, *messages: str, level: Level = Level.WARNING) -> dict[str, Any]:
    now = news.clock.now()
    return {
        "source": WebhookSource.RADARR,
        "instance": "Radarr",
        "at": now,
        "complaints": [Complaint(kind="Check", level=level, message=each, since=now) for each in messages],
    }


async def test_administrators_hear_of_complaints_and_of_their_end_in_their_old_words(
    news: News, boss: Person
) -> None:
    ada = await news.person("Ada", plex=False)
    began = news.clock.now()
    await news.heard(SystemComplained(**complaints(news, "Indexer A is dead.", "Indexer B is dead")))
    [entry] = await boss.inbox()
    assert (entry.title, entry.body) == (
        "Radarr reports 2 problems",
        "Indexer A is dead; Indexer B is dead.",
    )
    assert entry.data == {
        "source": "radarr",
        "instance": "Radarr",
        "level": "warning",
        "kinds": ["Check", "Check"],
    }
    news.clock.advance(timedelta(hours=3).total_seconds())
    await news.heard(SystemRecovered(**complaints(news, "Indexer A is dead."), since=began))
    last = (await boss.inbox())[0]
    assert (last.title, last.body) == (
        "Radarr is well again",
        "A warning is over after 3 hours: Indexer A is dead.",
    )
    assert await titles(ada) == []


async def test_what_was_overtaken_is_not_told(news: News, boss: Person) -> None:
    late = SystemComplained(**complaints(news, "Indexer A is dead."))
    news.clock.advance(60)
    await news.heard(SystemRecovered(**complaints(news, "Indexer A is dead."), since=late.at))
    await news.heard(late)
    assert await titles(boss) == ["Radarr is well again"]


async def test_how_long_it_lasted_is_counted_to_its_end_and_not_to_when_that_is_told(
    news: News, boss: Person
) -> None:
    began = news.clock.now()
    news.clock.advance(timedelta(hours=9).total_seconds())
    restored = began + timedelta(hours=3)
    await news.heard(SystemComplained(**complaints(news, "Indexer A is dead.")))
    news.clock.advance(60)
    over = complaints(news, "Indexer A is dead.")
    await news.heard(SystemRecovered(**over, since=began, restored_at=restored))
    assert (await boss.inbox())[0].body == "A warning is over after 3 hours: Indexer A is dead."


async def test_a_download_that_needs_somebody_is_told_with_why(news: News, boss: Person) -> None:
    stuck = DownloadStuck(
        source=WebhookSource.SONARR,
        instance="Sonarr",
        title="Dark {{ 7*7 }}",
        reason="Sample",
        at=news.clock.now(),
    )
    await news.heard(stuck, stuck.model_copy(update={"title": "Heat", "reason": None}))
    told = {entry.title: entry.body for entry in await boss.inbox()}
    assert told == {
        "Sonarr needs help with Dark {{ 7*7 }}": "Sample. Look at its queue there.",
        "Sonarr needs help with Heat": "It is downloaded, but not in the library. Look at its queue there.",
    }

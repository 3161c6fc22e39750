"""What Sonarr, Radarr, Prowlarr and Uptime Kuma tell by themselves: known or not, new or not, and what is passed on."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.contracts.health.webhooks import ListKeptWebhooks, ReceiveWebhook, WebhookSource
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_common.errors import RemoteError
from medianest_common.packing import pack
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health import jobs
from medianest_health.use_cases.receive_webhook import receive_webhook
from services.health.tests.household import Household
from services.health.tests.webhook_intake import FIXTURES, Intake, listen, recorded

S = WebhookSource
ALL = sorted(path for path in FIXTURES.glob("*/*.json") if path.parent.name != "overseerr")

HOSTILE = [
    "",
    "null",
    "[]",
    "{",
    "[" * 5000,
    '{"eventType": {"$gt": ""}}',
    '{"eventType": "Download", "movie": [], "series": "x", "episodes": {"a": 1}}',
    '{"eventType": "Download", "movie": {"tmdbId": true}, "series": {"tvdbId": "1; drop table monitors"}}',
    '{"eventType": "Health", "level": 7, "message": ["x"], "type": null}',
    '{"eventType": "ManualInteractionRequired", "downloadStatusMessages": [7, {"messages": 7}]}',
    '{"eventType": "a\\u0000\\ud800*.>", "instanceName": "\\u0000\\ud800"}',
    '{"heartbeat": {"status": "1", "monitorID": -1}, "monitor": {"name": "\\u0000\\ud800"}}',
    '{"heartbeat": {"status": 1e400}, "monitor": 7}',
    '{"event": "up", "monitor": ["x"], "message": {}}',
]


@pytest.fixture
async def intake(sandbox: Sandbox, clock: ShiftedClock) -> Intake:
    home = Household(sandbox, clock)
    await home.start(alone=True)
    return await listen(home)


def counted(source: WebhookSource, event: str, outcome: str) -> float:
    labels = {"source": source.value, "event": event, "outcome": outcome}
    return REGISTRY.get_sample_value("medianest_health_webhooks_total", labels) or 0.0


async def test_everything_that_was_recorded_is_understood_and_goes_no_further_twice(intake: Intake) -> None:
    assert len(ALL) >= 35

    async def all_of_them() -> None:
        for path in ALL:
            await intake.tell(S(path.parent.name.replace("_", "-")), path.read_text("utf-8"))

    await all_of_them()
    first = list(await intake.all())
    assert await intake.kept() == []
    assert len(first) >= 15
    await all_of_them()
    assert await intake.all() == first


NAMED: list[tuple[WebhookSource, str, dict[str, Any]]] = [
    (S.RADARR, "movie_download", {"media_type": MediaType.MOVIE, "tmdb_id": 129, "is_4k": False}),
    (S.RADARR, "movie_grab", {"tmdb_id": 149, "is_grabbed": True}),
    (S.RADARR, "movie_added", {"tmdb_id": 129, "is_gone": False}),
    (S.RADARR, "movie_delete", {"tmdb_id": 945956, "is_gone": True}),
    (S.RADARR, "movie_file_delete", {"tmdb_id": 671583, "is_gone": True}),
    (
        S.SONARR,
        "series_download",
        {"media_type": MediaType.TV, "tvdb_id": 74852, "tmdb_id": None, "seasons": [2]},
    ),
    (S.SONARR, "series_import_completed", {"tvdb_id": 359579, "seasons": [2]}),
    (S.SONARR, "series_deleted", {"tmdb_id": 64728, "is_gone": True}),
    (S.SONARR, "series_episode_file_delete", {"tmdb_id": 88408, "is_gone": True, "seasons": [1]}),
]


async def test_the_media_service_is_told_which_title_to_look_at(intake: Intake) -> None:
    for source, name, expected in NAMED:
        await intake.tell(source, recorded(source, name))
        told = [each for each in await intake.all() if isinstance(each, LookAtTitle)][-1]
        assert {key: getattr(told, key) for key in expected} == expected, name


async def test_of_the_fewest_fields_that_are_ever_sent_plex_at_least_is_looked_at(intake: Intake) -> None:
    await intake.tell(S.RADARR, recorded(S.RADARR, "minimal_download"))
    await intake.tell(S.SONARR, recorded(S.SONARR, "minimal_episode_delete"))
    assert [(type(each).__name__, each.type) for each in await intake.all()] == [
        ("HintLibraries", "movie"),
        ("HintLibraries", "show"),
    ]


async def test_tests_make_nothing(intake: Intake) -> None:
    """Their ids are 0 and 1, and Radarr's names a film that somebody may have."""
    before = counted(S.RADARR, "Test", "taken")
    for source, name in ((S.RADARR, "test"), (S.SONARR, "minimal_test"), (S.PROWLARR, "test")):
        await intake.tell(source, recorded(source, name))
    await intake.tell(S.UPTIME_KUMA, {"heartbeat": None, "monitor": None, "msg": "Household Testing"})
    assert await intake.all() == []
    assert await intake.kept() == []
    assert await intake.home.monitors() == []
    assert counted(S.RADARR, "Test", "taken") == before + 1


async def test_an_update_of_the_application_is_written_down_only(intake: Intake) -> None:
    await intake.tell(S.RADARR, recorded(S.RADARR, "app_update"))
    await intake.tell(S.PROWLARR, recorded(S.PROWLARR, "application_update"))
    assert await intake.all() == []
    assert await intake.kept() == []


async def test_every_episode_of_a_pack_is_news_and_none_is_twice(intake: Intake) -> None:
    """One download id for all of them, and no other id."""
    body = recorded(S.SONARR, "series_download")
    for number in (1, 2, 3, 2, 1):
        episode = body["episodes"][0] | {"id": number, "episodeNumber": number}
        await intake.tell(S.SONARR, body | {"episodes": [episode], "episodeFile": {"id": number}})
    assert (await intake.kinds()).count("LookAtTitle") == 3


async def test_the_same_from_two_instances_is_two(intake: Intake) -> None:
    body = recorded(S.RADARR, "movie_download")
    for instance in ("Radarr", "Radarr 4K"):
        await intake.tell(S.RADARR, body | {"instanceName": instance})
    assert (await intake.kinds()).count("LookAtTitle") == 2


async def test_the_same_at_once_is_taken_once_and_after_ten_minutes_again(intake: Intake) -> None:
    body = recorded(S.RADARR, "movie_download")
    before = counted(S.RADARR, "Download", "duplicate")
    await asyncio.gather(*(intake.tell(S.RADARR, body) for _ in range(8)))
    assert (await intake.kinds()).count("LookAtTitle") == 1
    assert counted(S.RADARR, "Download", "duplicate") == before + 7
    intake.home.clock.advance(601)
    await intake.tell(S.RADARR, body)
    assert (await intake.kinds()).count("LookAtTitle") == 2


async def test_a_download_that_needs_somebody_is_told_with_why(intake: Intake) -> None:
    await intake.tell(S.SONARR, recorded(S.SONARR, "series_interaction_required"))
    [stuck] = await intake.all()
    assert (stuck.instance, stuck.title) == ("Sonarr", "Only Murders in the Building")
    assert stuck.reason == (
        "One or more episodes expected in this release were not imported or missing from the release; Sample"
    )


async def test_what_nobody_knows_is_kept_without_its_secrets(intake: Intake) -> None:
    odd = {
        "eventType": "Lullaby",
        "movie": {"tmdbId": 603},
        "apiKey": "0123456789abcdef",
        "nested": [{"Password": "hunter22", "url": "http://user:hunter22@nas/?apikey=s3cr3ts3cr3t&x=1"}],
        "note": "Bearer abcdefghijkl",
    }
    await intake.tell(S.RADARR, odd)
    await intake.tell(S.RADARR, odd)
    assert await intake.all() == []
    [kept] = await intake.kept()
    assert (kept.source, kept.event) == (S.RADARR, "Lullaby")
    assert '"tmdbId": 603' in kept.body
    for secret in ("0123456789abcdef", "hunter22", "s3cr3ts3cr3t", "abcdefghijkl"):
        assert secret not in kept.body


async def test_bodies_that_mean_nothing_do_no_harm(intake: Intake) -> None:
    for source in S:
        for body in HOSTILE:
            await intake.tell(source, body, name="script")
    await intake.all()
    await intake.home.look()


async def test_of_each_source_the_last_hundred_of_a_week_are_kept(intake: Intake) -> None:
    for number in range(103):
        await intake.tell(S.SONARR, {"eventType": "Lullaby", "number": number})
    await intake.tell(S.RADARR, {"eventType": "Lullaby", "text": "x" * 100_000})
    numbers = [json.loads(each.body)["number"] for each in await intake.kept(S.SONARR)]
    assert numbers == list(range(102, 2, -1))
    [long] = await intake.kept(S.RADARR)
    assert len(long.body) <= 16_001
    assert len(await intake.kept()) == 101
    intake.home.clock.advance(timedelta(days=7, minutes=1).total_seconds())
    await jobs.prune(intake.home.app)
    assert await intake.kept() == []
    async with intake.home.app.db.read() as connection:
        left = await connection.execute(text("select count(*) from heard_webhooks"))
        assert left.scalar_one() == 0


async def test_only_administrators_see_what_is_kept(intake: Intake) -> None:
    with intake.home.sandbox.as_user(role=Role.USER), pytest.raises(RemoteError) as refused:
        await intake.home.sandbox.bus.call(ListKeptWebhooks())
    assert refused.value.status == 403


async def test_a_long_body_comes_packed(intake: Intake) -> None:
    body = json.dumps(recorded(S.RADARR, "movie_download") | {"overview": "ä" * 500_000})
    job = ReceiveWebhook(source=S.RADARR, body=pack(body), packed=True, received_at=intake.home.clock.now())
    assert len(job.body) < 10_000
    await receive_webhook(intake.home.app, job)
    assert "LookAtTitle" in await intake.kinds()


async def test_nothing_of_a_body_is_logged(intake: Intake, capfd: pytest.CaptureFixture[str]) -> None:
    body = recorded(S.RADARR, "movie_download")
    await intake.tell(S.RADARR, body | {"movie": body["movie"] | {"title": "A-Title-Nobody-Else-Has"}})
    await intake.tell(S.RADARR, {"eventType": "Lullaby", "secretish": "Another-Text"})
    shown = "".join(capfd.readouterr())
    assert "webhook_received" in shown
    assert "Lullaby" in shown
    assert "A-Title-Nobody-Else-Has" not in shown
    assert "Another-Text" not in shown


async def test_attack_82_a_script_is_known_by_the_id_of_its_delivery_whatever_it_says(intake: Intake) -> None:
    down = {"event": "down", "monitor": "Backup", "message": "The disk is full."}
    for said in (down, down | {"message": "Nothing is wrong."}):
        await intake.tell(S.GENERIC, said, name="nas", delivery_id="one")
    await intake.tell(S.GENERIC, down | {"event": "lullaby"}, name="nas", delivery_id="two")
    [kept] = await intake.kept(S.GENERIC)
    assert (kept.name, kept.event) == ("nas", "lullaby")
    await intake.home.look()
    backup = await intake.home.monitor("Backup")
    assert (backup.status, backup.message) == ("down", "The disk is full.")

"""Taking over what an Uptime Kuma watches, once and again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.importing import ImportUptimeKuma, ImportWay, KumaImport
from medianest_common.contracts.health.maintenance import EndMaintenance
from medianest_common.contracts.health.managing import (
    DeleteMonitor,
    Heartbeat,
    ListManaged,
    Monitor,
    RecordHeartbeat,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma
from services.health.tests.household import Household
from services.health.tests.test_audited import heard, told

EIGHT = 8
"""So many of the recorded ones are monitors here; the ninth is a group."""


async def take(home: Household, kuma: FakeUptimeKuma, *, role: Role = Role.ADMIN, **given: Any) -> KumaImport:
    asked: dict[str, Any] = {
        "url": kuma.url,
        "way": ImportWay.SOCKET,
        "username": "kuma",
        "password": "correct horse",
        "code": None,
        "api_key": None,
        "slug": None,
        "dry_run": False,
        **given,
    }
    with home.sandbox.as_user(role=role):
        return await home.sandbox.bus.call(ImportUptimeKuma(**asked), timeout=30)


async def imported(home: Household) -> dict[str, Monitor]:
    with home.sandbox.as_user(role=Role.ADMIN):
        page = await home.sandbox.bus.call(ListManaged(limit=100), timeout=30)
    return {each.name: each for each in page.items if each.origin == "imported"}


def names(told: list[Any], what: str = "monitor") -> set[str]:
    return {each.name for each in told if each.what == what}


async def test_a_dry_run_says_everything_and_changes_nothing(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.add("Broker", "mqtt", hostname="mqtt.example")
    found = await take(home, kuma, dry_run=True)
    assert found.dry_run
    assert len(names(found.created)) == EIGHT
    assert names(found.created, "group") == {"Media"}
    assert {each.id for each in found.created} == {None}
    assert [(each.name, each.type) for each in found.not_imported] == [("Broker", "mqtt")]
    assert not found.push_tokens
    assert not await imported(home)


async def test_everything_is_taken_over(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.add(
        "Cloud",
        "http",
        url="https://cloud.example/",
        headers='{"X-Key":"hush-1"}',
        basic_auth_user="me",
        basic_auth_pass="hush-2",
    )
    found = await take(home, kuma)
    monitors = await imported(home)
    assert len(monitors) == len(names(found.created)) == EIGHT + 1
    assert found.version == "2.5.3"
    plex = monitors["Plex"]
    assert (plex.spec or {})["keyword"] == "version"
    assert (plex.interval_seconds, plex.timeout_seconds, plex.failures, plex.out_of) == (20, 10.0, 1, 1)
    assert plex.visibility is Visibility.ADMINS
    assert plex.group_id == monitors["Sonarr"].group_id is not None
    assert monitors["VPN leak (upside down)"].inverted
    assert sorted(monitors["Cloud"].secrets) == ["headers.X-Key", "password"]
    assert "hush" not in f"{found!r}{monitors['Cloud']!r}"
    async with home.app.db.read() as connection:
        rows = (await connection.execute(text("select * from monitors"))).all()
    assert "hush" not in str(rows)


async def test_what_was_taken_over_is_looked_at(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.monitors = {"1": kuma.monitored.monitors["1"]}
    kuma.monitored.add("Itself", "http", url=f"{kuma.url}/api/status-page/household")
    await take(home, kuma)
    await home.rounds(1)
    assert await home.state("Itself") == "up"


async def test_push_monitors_report_here_with_a_new_token(home: Household, kuma: FakeUptimeKuma) -> None:
    found = await take(home, kuma)
    (token,) = found.push_tokens
    assert token.name == "Backup job"
    assert token.path.endswith(token.token)
    assert "PUSHTOKEN" not in token.token
    told = RecordHeartbeat(token=token.token, status=Heartbeat.UP, message=None, latency_ms=None)
    await home.sandbox.bus.call(told, timeout=30)
    assert not (await take(home, kuma)).push_tokens


async def test_once_more_changes_nothing_and_makes_nothing_twice(
    home: Household, kuma: FakeUptimeKuma
) -> None:
    kuma.monitored.add("Cloud", "http", url="https://cloud.example/", headers='{"X-Key":"hush-1"}')
    await take(home, kuma)
    before = await imported(home)
    again = await take(home, kuma)
    assert not again.created
    assert not again.updated
    assert len(names(again.unchanged)) == EIGHT + 1
    after = await imported(home)
    assert {name: each.version for name, each in after.items()} == dict.fromkeys(before, 1)
    assert {each.id for each in after.values()} == {each.id for each in before.values()}


async def test_once_more_follows_what_has_changed_there(home: Household, kuma: FakeUptimeKuma) -> None:
    key = kuma.monitored.add("Cloud", "http", url="https://cloud.example/", headers='{"X-Key":"hush-1"}')
    await take(home, kuma)
    kuma.monitored.monitors["6"] |= {"name": "Torrents", "port": 8080, "active": False}
    kuma.monitored.monitors[str(key)]["headers"] = '{"X-Key":"hush-2"}'
    del kuma.monitored.monitors["8"]
    looked = await take(home, kuma, dry_run=True)
    again = await take(home, kuma)
    assert {each.name: each.changes for each in again.updated} == {
        "Torrents": ["name", "target", "paused", "config"],
        "Cloud": ["secrets"],
    }
    assert looked.updated == again.updated
    monitors = await imported(home)
    assert (monitors["Torrents"].spec or {})["port"] == 8080
    assert monitors["Torrents"].paused
    assert monitors["Torrents"].version == 2
    # It is for people to say that it is wanted no more.
    assert "Unreachable" in monitors


async def test_what_administrators_decide_here_stays(home: Household, kuma: FakeUptimeKuma) -> None:
    await take(home, kuma)
    async with home.app.db.transaction() as tx:
        await tx.session.execute(
            text(
                "update monitors set visibility = 'everyone', position = 3, successes = 5 where name = 'Plex'"
            )
        )
        await tx.session.execute(text("update monitors set failures = 7, out_of = 9 where name = 'Plex'"))
    again = await take(home, kuma)
    assert {each.name: each.changes for each in again.updated} == {"Plex": ["failures", "outOf"]}
    plex = (await imported(home))["Plex"]
    assert (plex.visibility, plex.position, plex.successes) == (Visibility.EVERYONE, 3, 5)
    assert (plex.failures, plex.out_of) == (1, 1)


async def test_one_that_was_deleted_here_comes_again(home: Household, kuma: FakeUptimeKuma) -> None:
    await take(home, kuma)
    plex = (await imported(home))["Plex"]
    with home.sandbox.as_user(role=Role.ADMIN):
        await home.sandbox.bus.call(DeleteMonitor(id=plex.id), timeout=30)
    assert names((await take(home, kuma)).created) == {"Plex"}


async def rows(home: Household, query: str) -> list[Any]:
    async with home.app.db.read() as connection:
        return list((await connection.execute(text(query))).all())


async def test_maintenance_comes_along_and_follows(home: Household, kuma: FakeUptimeKuma) -> None:
    events = await heard(home)
    looked = await take(home, kuma, dry_run=True)
    found = await take(home, kuma)
    assert names(looked.created, "maintenance") == names(found.created, "maintenance") == {"Nightly backup"}
    kept = (
        "select starts_at_local, zone, duration_seconds, rule, window_from is not null, external_ref"
        " from maintenances"
    )
    ref = f"kuma:{kuma.url.removeprefix('http://')}:maintenance:1"
    assert await rows(home, kept) == [("2026-11-25T02:00:00", "Europe/Berlin", 3600, "FREQ=DAILY", True, ref)]
    about = "select m.name from monitors m join maintenance_monitors b on b.monitor_id = m.id order by m.name"
    assert await rows(home, about) == [("Radarr",), ("Sonarr",)]

    assert names((await take(home, kuma)).unchanged, "maintenance") == {"Nightly backup"}
    kuma.monitored.maintenances["1"]["timeRange"][1]["hours"] = 4
    kuma.monitored.maintained[1] = [4]
    again = await take(home, kuma)
    assert [each.changes for each in again.updated] == [["durationSeconds", "monitors"]]
    await told(events, "plan", "change")
    assert await rows(home, about) == [("Plex",)]

    # What was called off here stays so, whatever becomes of it there.
    (maintenance,) = [each.id for each in again.updated if each.id]
    with home.sandbox.as_user(role=Role.ADMIN):
        await home.sandbox.bus.call(EndMaintenance(id=maintenance, for_good=True), timeout=30)
    kuma.monitored.maintenances["1"]["timeRange"][1]["hours"] = 5
    assert names((await take(home, kuma)).updated, "maintenance") == {"Nightly backup"}
    state = "select duration_seconds, ended_at is null, window_from is null from maintenances"
    assert await rows(home, state) == [(10_800, False, True)]


async def test_what_is_in_maintenance_there_is_so_here(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.monitors = {"1": kuma.monitored.monitors["1"]}
    number = kuma.monitored.add("Itself", "http", url="http://127.0.0.1:1/")
    today = home.clock.now() - timedelta(hours=1)
    dates = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (today, today + timedelta(hours=3))]
    window = kuma.monitored.maintenances["1"]
    window |= {"strategy": "single", "dateRange": dates, "timezone": "UTC"}
    kuma.monitored.maintained = {1: [number]}
    await take(home, kuma)
    await home.rounds(3)
    assert await home.state("Itself") == "maintenance"


async def test_maintenance_of_nothing_that_is_here_is_named(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.maintained = {1: [kuma.monitored.add("Broker", "mqtt")]}
    found = await take(home, kuma)
    assert {(each.name, each.type) for each in found.not_imported} == {
        ("Broker", "mqtt"),
        ("Nightly backup", "maintenance"),
    }
    assert not await rows(home, "select id from maintenances")


async def test_history_comes_along_by_the_day(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.socket._clock = home.clock
    kuma.monitored.past = {
        2: [(5, 5), (4320, 0), (3240, 1080), (0, 0), (20, 20), (9000, 1000)],
        4: [(9, 0)] * 200,
    }
    looked = await take(home, kuma, history=True, dry_run=True)
    found = await take(home, kuma, history=True)
    assert looked.days == found.days == 4 + 90
    told = (
        "select up_seconds, down_seconds from rollups r join monitors m on m.id = r.monitor_id"
        " where name = 'Sonarr' and width = 86400 order by bucket desc"
    )
    assert await rows(home, told) == [
        (86_400, 0),
        (64_800, 21_600),
        (400, 400),
        # More checks than intervals in a day: those that failed were tried again sooner.
        (77_760, 8_640),
    ]
    assert (await take(home, kuma, history=True)).days == 0
    assert len(await rows(home, told)) == 4


async def test_history_is_asked_for_only_if_it_is_wanted_and_there(
    home: Household, kuma: FakeUptimeKuma, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(home, kuma, dry_run=True)
    assert not kuma.asked["getMonitorChartData"]
    monkeypatch.setattr("medianest_health.adapters.uptime_kuma.connection._DOOR_SECONDS", 0.3)
    async with FakeUptimeKuma.start(version="1.23.16") as old:
        found = await take(home, old, history=True, dry_run=True)
        assert not old.asked["getMonitorChartData"]
    assert found.days == 0
    assert found.remarks


async def test_pages_come_along_unpublished_and_are_then_for_people_here(
    home: Household, kuma: FakeUptimeKuma
) -> None:
    looked = await take(home, kuma, dry_run=True)
    assert names(looked.created, "page") == {"Household"}
    assert not await rows(home, "select id from status_pages")
    await take(home, kuma)
    assert await rows(home, "select slug, title, published from status_pages") == [
        ("household", "Household", False)
    ]
    order = (
        "select m.name from monitors m join status_page_monitors s on s.monitor_id = m.id order by s.position"
    )
    shown = [name for (name,) in await rows(home, order)]
    assert shown[:3] == ["Sonarr", "Radarr", "Plex"]
    assert len(shown) == EIGHT
    kuma.monitored.status_pages["household"]["config"]["title"] = "Other"
    again = await take(home, kuma)
    assert names(again.unchanged, "page") == {"Other"}
    assert await rows(home, "select title from status_pages") == [("Household",)]


async def test_a_group_that_is_named_so_meanwhile_is_a_conflict(
    home: Household, kuma: FakeUptimeKuma
) -> None:
    async with home.app.db.transaction() as tx:
        await tx.session.execute(
            text("insert into monitor_groups (id, name, position) values (gen_random_uuid(), 'Media', 1)")
        )
        mine = (await tx.session.execute(text("select pg_backend_pid()"))).scalar_one()
        importing = asyncio.create_task(take(home, kuma))

        async def waits() -> bool:
            blocked = text("select count(*) from pg_stat_activity where :mine = any(pg_blocking_pids(pid))")
            async with home.app.db.read() as connection:
                return bool((await connection.execute(blocked, {"mine": mine})).scalar_one())

        await eventually(waits)
    with pytest.raises(MediaNestError) as refused:
        await importing
    assert refused.value.code == "IMPORT_COLLIDED"
    assert not await imported(home)


async def test_two_at_once_make_nothing_twice(home: Household, kuma: FakeUptimeKuma) -> None:
    several = await asyncio.gather(*(take(home, kuma) for _ in range(4)))
    assert sorted(len(each.created) for each in several) == [0, 0, 0, EIGHT + 3]
    assert len(await imported(home)) == EIGHT
    assert sum(len(each.push_tokens) for each in several) == 1


async def test_all_or_nothing(home: Household, kuma: FakeUptimeKuma, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medianest_health.use_cases.keep_imported.MOST_MONITORS", EIGHT - 1)
    with pytest.raises(MediaNestError) as refused:
        await take(home, kuma)
    assert refused.value.code == "TOO_MANY_MONITORS"
    assert not await imported(home)
    async with home.app.db.read() as connection:
        assert (await connection.execute(text("select count(*) from monitor_groups"))).scalar_one() == 0


async def test_the_other_ways_add_and_never_make_poorer(home: Household, kuma: FakeUptimeKuma) -> None:
    shown = kuma.monitored.status_pages["household"]["publicGroupList"][0]["monitorList"]
    shown[0] |= {"sendUrl": 1, "url": "http://sonarr.example:8989/ping"}
    by_page = await take(home, kuma, way=ImportWay.STATUS_PAGE, slug="household")
    assert names(by_page.created) == {"Sonarr", "Backup job"}
    assert by_page.remarks
    by_metrics = await take(
        home, kuma, way=ImportWay.METRICS, username=None, password=None, api_key=kuma.pages.api_key
    )
    assert names(by_metrics.unchanged) == {"Sonarr", "Backup job"}
    assert "qBittorrent port" in names(by_metrics.created)
    by_socket = await take(home, kuma)
    assert len(await imported(home)) == EIGHT
    assert names(by_socket.created) == {"Radarr", "Plex"}
    again = await take(home, kuma, way=ImportWay.STATUS_PAGE, url=f"{kuma.url}/status/household")
    assert not again.updated
    assert (await imported(home))["Overseerr (flapping)"].failures == 2


async def test_those_without_numbers_are_known_by_name(home: Household, kuma: FakeUptimeKuma) -> None:
    numbered = kuma.pages.metrics
    kuma.pages.metrics = "\n".join(
        line.partition('monitor_id="')[0] + line.partition('",')[2] if 'monitor_id="' in line else line
        for line in numbered.splitlines()
    )
    key: dict[str, Any] = {"way": ImportWay.METRICS, "api_key": kuma.pages.api_key}
    first = await take(home, kuma, **key)
    assert names(first.created)
    complete = await take(home, kuma)
    assert names(complete.updated) >= names(first.created)
    assert not names((await take(home, kuma, **key)).created)
    assert len(await imported(home)) == EIGHT


async def test_one_that_became_another_kind_is_named(home: Household, kuma: FakeUptimeKuma) -> None:
    await take(home, kuma)
    kuma.monitored.monitors["7"] |= {"type": "ping", "hostname": "nas.example"}
    again = await take(home, kuma)
    assert [each.name for each in again.not_imported] == ["Backup job"]


async def test_what_could_not_be_looked_at_from_here_is_named(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.monitored.add("Cloud metadata", "http", url="http://169.254.169.254/latest/")
    found = await take(home, kuma, dry_run=True)
    assert [(each.name, each.type) for each in found.not_imported] == [("Cloud metadata", "http")]


async def test_hostile_text_is_shown_as_text_or_left(home: Household, kuma: FakeUptimeKuma) -> None:
    bad = "a\x00b \u202e \ud83c\udfac é {{x}} '; drop table monitors; -- \n<b>"
    number = kuma.monitored.add(bad, "ping", hostname="nas.example")
    kuma.monitored.add("Bad host", "ping", hostname="nas\x00.example")
    kuma.monitored.add(bad, f"mqtt{bad}")
    kuma.monitored.add("Bad number", "ping", hostname="nas.example", interval=10**60, timeout=1e308)
    kuma.monitored.maintenances["1"] |= {"title": bad, "description": bad}
    kuma.monitored.maintained = {1: [number]}
    config = kuma.monitored.status_pages["household"]["config"]
    config |= {"title": bad, "description": bad}
    found = await take(home, kuma)
    shown = next(name for name in names(found.created) if name.startswith("a b"))
    assert shown.isprintable()
    assert "\U0001f3ac" in shown
    assert {"Bad host"} <= {each.name for each in found.not_imported}
    assert len(names(found.created, "maintenance")) == len(names(found.created, "page")) == 1


async def test_is_for_administrators_and_asks_nobody_for_others(
    home: Household, kuma: FakeUptimeKuma
) -> None:
    with pytest.raises(MediaNestError) as refused:
        await take(home, kuma, role=Role.USER)
    assert refused.value.status == 403
    assert not kuma.asked


async def test_problems_are_told_as_such(home: Household, kuma: FakeUptimeKuma) -> None:
    kuma.socket.code = "123456"
    expected: list[tuple[dict[str, Any], int, str]] = [
        ({}, 422, "KUMA_CODE_REQUIRED"),
        ({"code": "000000"}, 422, "KUMA_SIGN_IN_REFUSED"),
        ({"password": "wrong"}, 422, "KUMA_SIGN_IN_REFUSED"),
        ({"url": "http://169.254.169.254/"}, 422, "ADDRESS_REFUSED"),
        ({"way": ImportWay.STATUS_PAGE}, 422, "INVALID"),
        ({"way": ImportWay.STATUS_PAGE, "slug": "nobody"}, 422, "KUMA_PAGE_UNKNOWN"),
        ({"way": ImportWay.METRICS, "api_key": "uk1_wrong"}, 422, "KUMA_SIGN_IN_REFUSED"),
        ({"url": "http://127.0.0.1:1/"}, 503, "UNAVAILABLE"),
    ]
    for given, status, code in expected:
        with pytest.raises(MediaNestError) as refused:
            await take(home, kuma, **given)
        problem = refused.value.problem()
        assert (problem["status"], problem["code"]) == (status, code)
        assert "correct horse" not in str(problem)

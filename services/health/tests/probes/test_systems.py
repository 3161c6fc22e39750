"""What the systems around a media server say of themselves, and what none of it must be taken for."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from medianest_common.contracts.health import MonitorState
from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr
from medianest_common.testing.fake_arr.queue import Queued
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_systems import FakeJellyfin, FakeProwlarr, FakeSabnzbd, FakeTautulli
from medianest_common.testing.fake_systems.site import recorded as of_systems
from medianest_common.testing.http_server import serve
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.kinds import OpenProbe
from services.health.tests.probes.probing import cut_off, look, opened, ports

UP, DOWN, AUTH, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.AUTH, MonitorState.UNKNOWN
DEGRADED = MonitorState.DEGRADED


def recorded(name: str) -> Any:
    return of_systems(f"arr/{name}.json")


@dataclass
class Watching:
    """A system and a probe that looks at it. Time passes between any two looks, so that all is looked into."""

    fake: Any
    probe: OpenProbe
    clock: ShiftedClock
    spec: dict[str, Any]

    async def look(self) -> tuple[MonitorState, str | None]:
        self.clock.advance(60)
        found = await self.probe()
        assert (found.latency_ms is None) is (found.outcome in (DOWN, UNKNOWN)) or found.message
        return found.outcome, found.message


_FAKES: dict[str, Callable[[], AbstractAsyncContextManager[Any]]] = {
    "radarr": FakeRadarr.start,
    "sonarr": FakeSonarr.start,
    "prowlarr": FakeProwlarr.start,
    "tautulli": FakeTautulli.start,
    "sabnzbd": FakeSabnzbd.start,
    "jellyfin": FakeJellyfin.start,
    "overseerr": FakeOverseerr.start,
}


async def _watching(kind: str, stack: AsyncExitStack) -> Watching:
    fake = await stack.enter_async_context(_FAKES[kind]())
    spec = {"kind": kind, "url": fake.url, "api_key": fake.api_key}
    clock = ShiftedClock()
    probe = await stack.enter_async_context(opened(among=ports(clock=clock), seconds=5, **spec))
    return Watching(fake, probe, clock, spec)


@pytest.fixture(params=list(_FAKES))
async def watching(request: pytest.FixtureRequest) -> AsyncIterator[Watching]:
    async with AsyncExitStack() as stack:
        yield await _watching(request.param, stack)


@pytest.fixture
async def watch() -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:
        yield lambda kind: _watching(kind, stack)


async def test_what_is_well_is_up_with_a_key_and_without(watching: Watching) -> None:
    """gethomepage/homepage#469, ajnart/homarr#2121: a queue that is empty is no error."""
    assert await watching.look() == (UP, None)
    without = watching.spec | {"api_key": None}
    assert (await look(**without)).outcome is UP


async def test_a_wrong_key_is_no_outage_and_is_named(watching: Watching) -> None:
    wrong = watching.spec | {"api_key": "wrong"}

    by_hand, by_setting = await look(**wrong), await look(**wrong, variables="MEDIANEST_THING")

    assert (by_hand.outcome, by_hand.message) == (AUTH, "Thing does not accept its API key.")
    assert by_hand.latency_ms is not None
    assert (by_setting.outcome, by_setting.message) == (
        AUTH,
        "Thing does not accept MEDIANEST_THING_API_KEY.",
    )


async def test_a_key_that_the_settings_leave_out_is_named(watching: Watching) -> None:
    found = await look(**(watching.spec | {"api_key": None}), variables="MEDIANEST_THING")

    assert (found.outcome, found.message) == (AUTH, "MEDIANEST_THING_API_KEY is not set.")


@pytest.mark.parametrize("fault", ["refuse", "drop", "drop_mid_body", "nonsense", "empty", 500, 503, 404])
async def test_what_does_not_answer_as_it_should_is_down(watch: Any, fault: Any) -> None:
    for kind in _FAKES:
        watching = await watch(kind)
        watching.fake.fail_with(fault)
        outcome, message = await watching.look()
        if fault == 404 and kind in ("radarr", "sonarr", "prowlarr"):
            # One that is too old for the path without a key is asked with it; that one is missing as well.
            assert outcome is DOWN
        assert outcome is DOWN, (kind, message)
        watching.fake.heal()


async def test_silence_is_down_and_our_own_trouble_is_not(watching: Watching) -> None:
    watching.fake.fail_with("hang")
    late = await look(**watching.spec, seconds=0.5)
    cut = await look(**watching.spec, seconds=0.5, among=ports(own_trouble=cut_off))
    watching.fake.heal()

    assert (late.outcome, late.latency_ms, late.message) == (DOWN, None, "Thing took too long to answer.")
    assert cut.outcome is UNKNOWN


async def test_who_answers_is_to_blame_without_asking_anybody_else(watching: Watching) -> None:
    asked: list[str] = []

    async def note(url: str) -> str | None:
        asked.append(url)
        return None

    faults: list[Any] = [500, "nonsense", "html", 401, 404]
    for fault in faults:
        watching.fake.fail_with(fault)
        assert (await look(**watching.spec, among=ports(own_trouble=note))).outcome in (DOWN, AUTH)
        watching.fake.heal()
    assert asked == []


@pytest.mark.parametrize("fault", ["html", 401, 403])
async def test_a_login_page_in_front_of_it_is_no_outage(watching: Watching, fault: Any) -> None:
    watching.fake.fail_with(fault)

    outcome, _ = await watching.look()

    assert outcome is AUTH


async def test_a_sign_in_elsewhere_is_no_outage(watching: Watching) -> None:
    """A proxy that wants one sends everybody to another host."""

    async def to_sign_in(_: Request) -> RedirectResponse:
        return RedirectResponse("https://auth.example/?rd=x", 302)

    async with serve(Starlette(routes=[Route("/{path:path}", to_sign_in)])) as url:
        found = await look(**(watching.spec | {"url": url}))

    assert found.outcome is AUTH
    assert "login page" in (found.message or "")


async def test_no_key_is_in_what_is_said_or_logged(
    watching: Watching, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    for fault in ("html", 401, 500, "refuse", "nonsense"):
        said += str(await watching.look())
        watching.fake.fail_with(fault)
        said += str(await watching.look())
        watching.fake.heal()
    said += "".join(capfd.readouterr())

    assert "Thing" in said
    assert watching.fake.api_key not in said


async def test_a_database_that_fails_is_an_outage(watch: Any) -> None:
    radarr = await watch("radarr")
    radarr.fake.database_works = False

    assert await radarr.look() == (DOWN, "Thing answered 500.")


async def test_another_app_at_the_address_is_down(watch: Any) -> None:
    sonarr, prowlarr = await watch("sonarr"), await watch("prowlarr")
    url = sonarr.fake.url

    for kind in ("radarr", "jellyfin", "tautulli", "sabnzbd", "overseerr", "prowlarr"):
        found = await look(kind=kind, url=url, api_key=sonarr.fake.api_key)
        assert found.outcome is DOWN, kind
    found = await look(kind="sonarr", url=prowlarr.fake.url, api_key=prowlarr.fake.api_key)
    assert found.outcome is DOWN


async def test_what_an_app_complains_of_is_said(watch: Any) -> None:
    radarr = await watch("radarr")
    radarr.fake.health = recorded("radarr_health_error")
    assert await radarr.look() == (DEGRADED, "All download clients are unavailable due to failures")

    radarr.fake.health = [
        *recorded("common_health"),
        {"source": "UpdateCheck", "type": "warning", "message": "New update is available"},
        {"source": "IndexerStatusCheck", "type": "warning", "message": "Indexers unavailable: A"},
        {"source": "Other", "type": "notice", "message": "Nothing to see"},
        {
            "source": "Other",
            "type": "error",
            "message": "http://tracker/?apikey=0011aabb failed " + "x" * 500,
        },
    ]
    outcome, message = await radarr.look()
    assert outcome is DEGRADED
    assert message
    assert message.startswith("Enable Completed Download Handling; http://tracker/?apikey=… failed xxx")
    assert len(message) <= 300

    radarr.fake.health = []
    assert await radarr.look() == (UP, None)


async def test_one_flaky_indexer_is_no_trouble_and_all_of_them_are(watch: Any) -> None:
    """Sonarr/Sonarr#4462, Radarr/Radarr#11617: one message per dead indexer, 100 mails a night."""
    prowlarr = await watch("prowlarr")
    prowlarr.fake.health = recorded("prowlarr_health_warning")
    assert await prowlarr.look() == (UP, None)

    prowlarr.fake.health = [
        {**prowlarr.fake.health[0], "type": "error", "message": "All indexers are unavailable"}
    ]
    assert await prowlarr.look() == (DEGRADED, "All indexers are unavailable")


async def test_a_season_pack_is_one_download(watch: Any) -> None:
    sonarr = await watch("sonarr")
    records = recorded("sonarr_queue_season_pack")["records"]
    parts = [{"episodeId": each["episodeId"], "seriesId": each["seriesId"]} for each in records]
    pack = Queued(
        download_id="PACK", title="A.Show.S01", size=10, left=10, eta=None, parts=parts, health="error"
    )
    sonarr.fake.queue = [pack]
    assert len(parts) == 3
    assert await sonarr.look() == (DEGRADED, "a download has an error")

    other = Queued(download_id="O", title="Other", size=1, left=1, eta=None, parts=parts[:1], health="error")
    sonarr.fake.queue = [pack, other]
    assert await sonarr.look() == (DEGRADED, "2 downloads have errors")

    pack.health = other.health = "warning"
    assert await sonarr.look() == (UP, None)


@pytest.mark.parametrize(
    "free, total, path, words",
    [
        (4 * 10**9, 100 * 10**9, "/data", "only 4% is free at /data"),
        (5 * 10**9, 100 * 10**9, "/data", None),
        (0, 0, "/data", None),
        (0, 10**8, "/data", None),
        (0, 10**10, "/snap/core/1", None),
        (0, 10**12, "/data", "only 0% is free at /data"),
    ],
)
async def test_a_disk_that_is_nearly_full(
    watch: Any, free: int, total: int, path: str, words: str | None
) -> None:
    radarr = await watch("radarr")
    radarr.fake.disks = [
        *recorded("common_diskspace"),
        {"path": path, "freeSpace": free, "totalSpace": total},
    ]

    assert await radarr.look() == ((DEGRADED, words) if words else (UP, None))


async def test_what_is_asked_about_is_asked_about_once_a_minute(watch: Any) -> None:
    radarr = await watch("radarr")
    await radarr.look()
    radarr.fake.health = recorded("radarr_health_error")

    again = await radarr.probe()

    assert again.outcome is UP
    assert len(radarr.fake.sent("GET", "/health")) == 1
    assert (await radarr.look())[0] is DEGRADED
    assert (await radarr.probe()).outcome is DEGRADED


@pytest.mark.parametrize("path", ["/api/v3/health", "/api/v3/diskspace", "/api/v3/queue/status"])
async def test_what_is_not_said_about_itself_is_no_outage(watch: Any, path: str) -> None:
    radarr = await watch("radarr")
    for fault, outcome in ((500, DEGRADED), ("nonsense", UP), ("html", DEGRADED), (404, UP)):
        radarr.fake.fail_with(fault, path_prefix=path)
        assert (await radarr.look())[0] in (outcome, DEGRADED)
        radarr.fake.heal()
    assert await radarr.look() == (UP, None)


async def test_a_disk_that_hangs_is_no_outage_of_the_app(watch: Any) -> None:
    sonarr = await watch("sonarr")
    sonarr.fake.fail_with("hang", path_prefix="/api/v3/diskspace")

    outcome, message = await sonarr.look()
    sonarr.fake.heal()

    assert (outcome, message) == (DEGRADED, "it does not say how full its disks are")


async def test_an_old_app_without_ping_is_asked_with_its_key(watch: Any) -> None:
    radarr = await watch("radarr")
    radarr.fake.fail_with(404, path_prefix="/ping")

    assert await radarr.look() == (UP, None)
    radarr.fake.accepted_key = "another"
    assert await radarr.look() == (AUTH, "Thing does not accept its API key.")


async def test_tautulli_that_has_lost_its_plex(watch: Any) -> None:
    tautulli = await watch("tautulli")
    tautulli.fake.connected = False

    assert await tautulli.look() == (DEGRADED, "it has no connection to the Plex server")
    assert {each.query["cmd"] for each in tautulli.fake.sent("GET", "/api/v2")} == {"server_status"}


async def test_nothing_that_is_looked_at_makes_plex_tv_be_asked() -> None:
    """Tautulli/Tautulli-Issues#251: watching remote access hammered plex.tv."""
    async with FakePlex.start() as plex:
        spec: dict[str, Any] = {"kind": "plex", "url": plex.server_url, "api_key": plex.server_token}
        async with opened(**spec, seconds=5) as probe:
            for _ in range(5):
                assert (await probe()).outcome is UP
        asked = {request.path for request in plex.requests}

    assert asked == {"/identity", "/"}


async def test_sabnzbd_says_no_in_three_ways(watch: Any) -> None:
    sabnzbd = await watch("sabnzbd")
    sabnzbd.fake.accepted_key = "another"
    for warns in (True, False):
        sabnzbd.fake.warns = warns
        assert await sabnzbd.look() == (AUTH, "Thing does not accept its API key.")
    sabnzbd.fake.knows_host = False
    outcome, message = await sabnzbd.look()
    assert (outcome, "host_whitelist" in (message or "")) == (AUTH, True)


async def test_sabnzbd_that_is_paused_is_well_and_one_without_room_is_not(watch: Any) -> None:
    sabnzbd = await watch("sabnzbd")
    assert sabnzbd.fake.queue["paused"] is True
    assert await sabnzbd.look() == (UP, None)

    sabnzbd.fake.queue |= {"diskspace1": "2.50", "diskspacetotal1": "465.76"}
    assert await sabnzbd.look() == (DEGRADED, "only 1% is free at the folder that it downloads to")

    sabnzbd.fake.queue |= {"diskspace1": "?", "diskspacetotal2": ""}
    assert await sabnzbd.look() == (UP, None)


async def test_how_jellyfin_is(watch: Any) -> None:
    jellyfin = await watch("jellyfin")
    jellyfin.fake.wants_restart = True
    assert await jellyfin.look() == (DEGRADED, "it has to be restarted")
    jellyfin.fake.set_up, jellyfin.fake.wants_restart = False, False
    assert await jellyfin.look() == (DEGRADED, "it has not been set up yet")
    jellyfin.fake.starting = True
    assert await jellyfin.look() == (DOWN, "Thing answered 503.")


async def test_overseerr_without_the_internet_is_no_outage(watch: Any) -> None:
    """Its status asks GitHub what is new, and waits for that."""
    overseerr = await watch("overseerr")
    overseerr.fake.fail_with("hang", path_prefix="/api/v1/status")

    assert await overseerr.look() == (UP, None)
    overseerr.fake.heal()


async def test_a_base_that_carries_a_path(watch: Any) -> None:
    tautulli = await watch("tautulli")

    found = await look(**(tautulli.spec | {"url": f"{tautulli.fake.url}/tautulli/"}))

    assert found.outcome is DOWN
    assert tautulli.fake.calls[-1].path == "/tautulli/status"

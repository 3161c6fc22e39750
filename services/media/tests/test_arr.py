"""Radarr and Sonarr as we speak to them, one call at a time, against servers that pretend."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from medianest_common.clock import SystemClock
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media.defaults import MinimumAvailability
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, TooManyRequests, Unavailable
from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr, Searched
from medianest_media.adapters.arr import Arr
from medianest_media.adapters.arr_queue import downloads
from medianest_media.adapters.backend import (
    AlreadyThere,
    BackendMisconfigured,
    BackendRefused,
    DownloadStatus,
)
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.settings_arr import ArrChoices, SeriesType

FIXTURES = Path(__file__).parent / "fixtures" / "arr"
FILM, SHOW, TVDB = 603, 1396, 81189
CLOCK = SystemClock()


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def choices(fake: FakeRadarr | FakeSonarr, **chosen: Any) -> ArrChoices:
    usual: dict[str, Any] = {
        "system": fake.app_name,
        "variables": f"MEDIANEST_{fake.app_name.upper()}",
        "url": fake.url,
        "api_key": fake.api_key,
        "quality_profile": "",
        "root_folder": "",
        "tags": (),
        "minimum_availability": MinimumAvailability.RELEASED,
    }
    return ArrChoices(**usual | chosen)


class House:
    """A Radarr and a Sonarr with a film and a show that they could fetch."""

    def __init__(self, stack: AsyncExitStack, radarr: FakeRadarr) -> None:
        self.stack = stack
        self.radarr = radarr
        radarr.knows(FILM, "The Matrix", 1999)

    async def radarr_client(self, **chosen: Any) -> Radarr:
        return await self.stack.enter_async_context(Radarr.open(choices(self.radarr, **chosen), clock=CLOCK))

    async def sonarr(self, *, version: str = "4.0.9.2244", **not_aired: Any) -> FakeSonarr:
        fake = await self.stack.enter_async_context(FakeSonarr.start(version=version, clock=CLOCK))
        fake.knows(TVDB, "Breaking Bad", tmdb_id=SHOW, seasons={0: 2, 1: 3, 2: 3, 3: 4}, **not_aired)
        return fake

    async def client_of(self, fake: FakeRadarr | FakeSonarr, **chosen: Any) -> Any:
        kind: type[Arr] = Radarr if isinstance(fake, FakeRadarr) else Sonarr
        return await self.stack.enter_async_context(kind.open(choices(fake, **chosen), clock=CLOCK))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(stack, await stack.enter_async_context(FakeRadarr.start(clock=CLOCK)))


async def test_the_pretend_servers_answer_in_the_recorded_shapes(house: House) -> None:
    radarr, sonarr = house.radarr, await house.sonarr()
    movie = radarr.add(FILM, has_file=True)
    radarr.downloads(FILM)
    sonarr.add(TVDB, seasons={2: True})
    sonarr.downloads(TVDB, 2)
    client, shows = await house.radarr_client(), await house.client_of(sonarr)
    whole = (await client.find(FILM)).whole  # type: ignore[union-attr]
    assert recorded("radarr_calendar")[0].keys() <= whole.keys()
    assert movie.id == whole["id"]
    for fake, name in ((client, "radarr_queue_schema"), (shows, "sonarr_queue_season_pack")):
        [record] = recorded(name)["records"][:1]
        answer = await fake._client.get_json(
            "/api/v3/queue?includeSeries=true&includeEpisode=true&includeMovie=true"
        )
        shown = answer["records"][0]
        assert recorded(name).keys() == answer.keys()
        assert record.keys() - {"errorMessage"} <= shown.keys()
        assert record.get("episode", {}).keys() <= shown.get("episode", {}).keys()


@pytest.mark.parametrize(
    "version, answers, words",
    [
        ("2.0.0.5344", "Radarr", "Radarr is too old; version 3 or later is needed."),
        ("5.11.0", "Sonarr", "Sonarr answers at the address of Radarr. Look at MEDIANEST_RADARR_URL."),
    ],
)
async def test_the_check_says_what_is_wrong(house: House, version: str, answers: str, words: str) -> None:
    client = await house.radarr_client()
    await client.check()
    house.radarr.version, house.radarr.app_name = version, answers
    with pytest.raises(BackendMisconfigured, match=words):
        await client.check()


async def test_a_wrong_key_is_named_and_no_key_is_ever_shown(house: House) -> None:
    client = await house.radarr_client()
    house.radarr.accepted_key = "another"
    for call in (client.check(), client.find(FILM), client.queue()):
        with pytest.raises(BackendMisconfigured) as refused:
            await call
        assert refused.value.detail == "Radarr does not accept our API key."
        assert house.radarr.api_key not in repr(refused.value.__dict__)
    assert all("apikey" not in call.query and call.headers["x-api-key"] for call in house.radarr.calls)


async def test_an_address_without_the_api_is_a_mistake_in_the_settings(house: House) -> None:
    client = await house.client_of(house.radarr, url=f"{house.radarr.url}/elsewhere")
    with pytest.raises(BackendMisconfigured, match="its URL may be wrong"):
        await client.check()


async def test_what_is_chosen_is_found_by_name_or_number_and_asked_for_where_it_is_not_clear(
    house: House,
) -> None:
    fake = house.radarr
    fake.profiles = {4: "HD-1080p", 5: "Ultra-HD"}
    fake.folders = {1: "/data/films", 2: "/data/old"}
    wrong: dict[str, dict[str, Any]] = {
        "has more than one quality profile; MEDIANEST_RADARR_QUALITY_PROFILE names one of "
        '"HD-1080p" (4), "Ultra-HD" (5).': {},
        "has no quality profile as MEDIANEST_RADARR_QUALITY_PROFILE names it": {"quality_profile": "SD"},
        "more than one root folder": {"quality_profile": "5"},
        "has no root folder as": {"quality_profile": "hd-1080P", "root_folder": "/data"},
        "has no such tag as MEDIANEST_RADARR_TAGS": {
            "quality_profile": "4",
            "root_folder": "2",
            "tags": ("family", "none"),
        },
    }
    for words, chosen in wrong.items():
        client = await house.radarr_client(**chosen)
        with pytest.raises(BackendMisconfigured) as refused:
            await client.check()
        assert words in refused.value.detail
    right = await house.radarr_client(
        quality_profile="Ultra-HD", root_folder="/data/old/", tags=("Family", "1")
    )
    await right.check()
    await right.carry_out(await right.plan(FILM), FILM)
    movie = fake.of(FILM)
    assert movie is not None
    assert (movie.quality_profile_id, movie.root_folder, movie.tags) == (5, "/data/old", [1, 1])
    assert (movie.monitored, movie.minimum_availability) == (True, "released")
    fake.folders = {}
    with pytest.raises(BackendMisconfigured, match="has no root folder that can be used"):
        await right.check()


async def test_a_film_that_is_there_is_taken_up_and_searched_and_one_with_a_file_is_left(
    house: House,
) -> None:
    client, fake = await house.radarr_client(), house.radarr
    movie = fake.add(FILM, monitored=False)
    plan = await client.plan(FILM)
    assert (plan.add, plan.take_up) == (False, (0,))
    await client.carry_out(plan, FILM)
    assert movie.monitored and fake.searched == [Searched(movie.id)]
    assert (await client.plan(FILM)).take_up == ()
    movie.has_file = True
    await client.carry_out(await client.plan(FILM), FILM)
    assert len(fake.searched) == 1 and not fake.sent("POST", "/movie")


async def test_a_film_added_by_somebody_at_the_same_moment_is_said_to_be_there(house: House) -> None:
    client = await house.radarr_client()
    plan = await client.plan(FILM)
    house.radarr.add(FILM)
    with pytest.raises(AlreadyThere):
        await client.carry_out(plan, FILM)


async def test_refusals_are_told_from_mistakes_in_the_settings(house: House) -> None:
    client = await house.radarr_client()
    house.radarr.excluded = {FILM}
    with pytest.raises(BackendRefused, match=r"Radarr says: This movie is on the exclusion list\."):
        await client.carry_out(await client.plan(FILM), FILM)
    with pytest.raises(BackendRefused, match=r"Radarr knows no such film\."):
        await client.carry_out(await client.plan(550), 550)
    assert house.radarr.movies == {}


async def test_a_film_is_let_go_as_it_was_found(house: House) -> None:
    client, fake = await house.radarr_client(), house.radarr
    ours = await client.carry_out(await client.plan(FILM), FILM)
    await client.let_go(FILM, added_as=ours + 1, taken_up=False)
    assert fake.of(FILM).monitored  # type: ignore[union-attr]
    await client.let_go(FILM, added_as=None, taken_up=True)
    assert not fake.of(FILM).monitored  # type: ignore[union-attr]
    fake.arrives(FILM)
    await client.let_go(FILM, added_as=ours, taken_up=True)
    assert fake.of(FILM) is not None, "what has a file is nobody's to delete"
    fake.of(FILM).has_file = False  # type: ignore[union-attr]
    await client.let_go(FILM, added_as=ours, taken_up=True)
    await client.let_go(FILM, added_as=ours, taken_up=True)
    assert fake.movies == {} and fake.excluded == set()


@pytest.mark.parametrize("version", ["3.0.10.1567", "4.0.9.2244"])
async def test_a_show_is_added_with_the_seasons_that_are_wanted_and_no_others(
    house: House, version: str
) -> None:
    fake = await house.sonarr(version=version)
    client = await house.client_of(fake, series_type=SeriesType.ANIME, season_folder=False)
    await client.carry_out(await client.plan(TVDB, [2]), TVDB, [2])
    series = fake.of(TVDB)
    assert series is not None
    assert series.seasons == {0: False, 1: False, 2: True, 3: False}
    assert fake.searched == [Searched(series.id, 2)]
    assert (series.fields["seriesType"], series.fields["seasonFolder"]) == ("anime", False)
    assert ("languageProfileId" in series.fields) is fake.is_v3
    assert bool(fake.sent("GET", "/languageprofile")) is fake.is_v3
    assert series.fields["monitorNewItems"] == "none", "a season that is announced later is asked for later"
    assert await client.tvdb_of(SHOW) == (None if fake.is_v3 else TVDB)


async def test_a_new_season_does_not_search_those_that_were_there_before(house: House) -> None:
    """O#3858: a request for season 9 searched 1 to 8 again."""
    fake = await house.sonarr()
    series = fake.add(TVDB, seasons={1: True, 2: True})
    client = await house.client_of(fake)
    plan = await client.plan(TVDB, [2, 3])
    assert plan.take_up == (3,)
    fake.arrives(TVDB, 2)
    await client.carry_out(plan, TVDB, [2, 3])
    assert series.seasons == {0: False, 1: True, 2: True, 3: True}
    assert fake.searched == [Searched(series.id, 3)]
    assert all(episode.monitored for episode in series.of_season(3))


async def test_taking_up_a_show_nobody_watched_does_not_wake_its_other_seasons(house: House) -> None:
    fake = await house.sonarr()
    series = fake.add(TVDB, monitored=False, seasons={1: True, 2: True})
    client = await house.client_of(fake)
    plan = await client.plan(TVDB, [2])
    assert plan.take_up == (2,)
    await client.carry_out(plan, TVDB, [2])
    assert series.monitored and series.seasons == {0: False, 1: False, 2: True, 3: False}
    await client.let_go(TVDB, added_as=None, seasons=[2])
    assert (fake.of(TVDB).monitored, any(series.seasons.values())) == (False, False)  # type: ignore[union-attr]


async def test_episodes_that_were_left_out_of_a_watched_season_are_wanted_too(house: House) -> None:
    fake = await house.sonarr()
    series = fake.add(TVDB, seasons={1: True})
    series.of_season(1)[0].monitored = False
    client = await house.client_of(fake)
    await client.carry_out(await client.plan(TVDB, [1]), TVDB, [1])
    assert all(episode.monitored for episode in series.of_season(1))


async def test_a_season_is_there_when_all_that_has_aired_is(house: House) -> None:
    fake = await house.sonarr(not_aired={3: 2})
    fake.slow_refresh = True
    series = fake.add(TVDB, seasons={1: True, 3: True})
    client = await house.client_of(fake)

    async def seasons() -> Any:
        state = await client.state(TVDB, [1, 3])
        return state.availability, state.complete, dict(state.seasons)

    waiting, there = Availability.PROCESSING, Availability.AVAILABLE
    part = Availability.PARTIALLY_AVAILABLE
    assert await seasons() == (waiting, False, {1: waiting, 3: waiting}), "not a single episode is known yet"
    fake.refresh(series)
    fake.arrives(TVDB, 3, episodes=1)
    assert await seasons() == (part, False, {1: waiting, 3: part})
    fake.arrives(TVDB, 3)
    assert await seasons() == (part, False, {1: waiting, 3: there}), "two of its episodes are still to come"
    fake.arrives(TVDB, 1, episodes=2)
    for episode in series.of_season(1):
        episode.monitored = episode.has_file
    assert (await seasons())[2][1] is part, "what Sonarr does not watch out for is missing all the same"
    fake.arrives(TVDB, 1)
    assert await seasons() == (there, True, {1: there, 3: there})


async def test_a_season_that_sonarr_does_not_know_is_refused_before_anything_is_changed(house: House) -> None:
    fake = await house.sonarr()
    client = await house.client_of(fake)
    with pytest.raises(BackendRefused, match="Sonarr knows no season 9 of it"):
        await client.carry_out(await client.plan(TVDB, [1, 9]), TVDB, [1, 9])
    assert fake.series == {}
    series = fake.add(TVDB)
    with pytest.raises(BackendRefused, match="no season 9"):
        await client.plan(TVDB, [1, 9])
    assert not any(series.seasons.values())


async def test_a_season_pack_is_one_download(house: House) -> None:
    fake = await house.sonarr()
    fake.add(TVDB, seasons={2: True, 3: True})
    fake.downloads(TVDB, 2, size=3_000, left=600)
    fake.downloads(TVDB, 3, size=400, left=0, state="importBlocked", messages=["No files found"])
    client = await house.client_of(fake)
    found = downloads(
        await client.queue(), MediaType.TV, is_4k=False, system="Sonarr", tmdb_of=lambda r: r.tmdb_id
    )
    told = [(d.seasons, d.size, d.left, d.progress, d.status, d.trouble) for d in found]
    assert told == [
        ((2,), 3_000, 600, 80.0, DownloadStatus.DOWNLOADING, None),
        ((3,), 400, 0, 100.0, DownloadStatus.STUCK, "No files found"),
    ]
    assert all(d.tmdb_id == SHOW and d.eta is not None for d in found)


async def test_a_queue_of_several_pages_is_read_whole(house: House) -> None:
    fake = house.radarr
    for number in range(1, 231):
        fake.knows(number, f"Film {number}")
        fake.add(number)
        fake.downloads(number)
    records = await (await house.radarr_client()).queue()
    assert {record.tmdb_id for record in records} == set(range(1, 231))


@pytest.mark.parametrize("fault", [500, "drop", "html", "nonsense", "empty"])
async def test_no_good_answer_is_one_of_the_ports_errors(house: House, fault: Any) -> None:
    client = await house.radarr_client()
    house.radarr.fail_with(fault)
    for call in (lambda: client.find(FILM), client.queue, client.check):
        with pytest.raises(MediaNestError) as raised:
            await call()
        assert isinstance(raised.value, (BadUpstream, Unavailable, TimedOut, TooManyRequests))


async def test_a_server_that_hangs_costs_three_seconds_at_most(house: House) -> None:
    client = await house.radarr_client()
    house.radarr.fail_with("hang")
    began = CLOCK.monotonic()
    with pytest.raises(TimedOut):
        await client.find(FILM)
    assert 2.5 < CLOCK.monotonic() - began < 12

"""Looking around shows the same whether Overseerr, Seerr or TMDB itself is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media import catalogue as looking
from medianest_common.errors import MediaNestError, RemoteError
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_tmdb import FakeTmdb
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on
from services.media.tests.test_library import Library

KUBRICK = 240
SHINING = 694
SCIENCE_FICTION = 878


@dataclass
class Household:
    home: Home
    frida: Person
    upstream: FakeOverseerr | FakeTmdb
    search_path: str
    details_path: str

    async def search(self, query: str, **more: Any) -> media.SearchPage:
        return await self.frida.call(media.Search(query=query, **more))

    async def shelf(self, shelf: Any, **more: Any) -> media.SearchPage:
        return await self.frida.call(media.Discover(shelf=shelf, **more))

    def asked(self, path: str) -> int:
        return len([call for call in self.upstream.calls if call.path.startswith(path)])


@asynccontextmanager
async def household_on(urls: ServerUrls, data_dir: Path, kind: str) -> AsyncIterator[Household]:
    if not kind.startswith("tmdb"):
        async with home_on(urls, data_dir, flavour=kind) as home:
            upstream = home.overseerr
            paths = ("/api/v1/search", "/api/v1/movie/")
            yield Household(home, await home.friend(), upstream, *paths)
        return
    async with FakeTmdb.start() as tmdb:
        tmdb.catalogue.add_movie(FILM, "The Matrix", 1999)
        tmdb.catalogue.add_show(SHOW, "Breaking Bad", 2008, seasons={0: 4, 1: 7, 2: 13, 3: 13, 4: 0})
        key = tmdb.read_token if kind == "tmdb-token" else tmdb.api_key
        async with home_on(urls, data_dir, configured=False, tmdb_url=tmdb.url, tmdb_api_key=key) as home:
            yield Household(home, await home.friend(), tmdb, "/3/search", "/3/movie/")


@pytest.fixture(params=["seerr", pytest.param("overseerr", marks=pytest.mark.long), "tmdb"])
async def household(
    request: pytest.FixtureRequest, server_urls: ServerUrls, tmp_path: Path
) -> AsyncIterator[Household]:
    async with household_on(server_urls, tmp_path, request.param) as household:
        yield household


@pytest.fixture(params=["seerr", "tmdb"])
async def either(
    request: pytest.FixtureRequest, server_urls: ServerUrls, tmp_path: Path
) -> AsyncIterator[Household]:
    async with household_on(server_urls, tmp_path, request.param) as household:
        yield household


def titles(page: media.SearchPage) -> list[str]:
    return [item.title for item in page.items]


async def test_films_shows_and_people_are_found_together_and_each_alone(household: Household) -> None:
    page = await household.search("r")
    assert {item.media_type for item in page.items} == {"movie", "tv", "person"}
    for kind in (MediaType.MOVIE, MediaType.TV, "person"):
        alone = await household.search("r", media_type=kind)
        assert {item.media_type for item in alone.items} == {kind}


async def test_a_person_leads_to_a_page_of_what_they_were_in(household: Household) -> None:
    [found] = (await household.search("kubrick")).items
    assert isinstance(found, media.PersonResult)
    assert (found.tmdb_id, found.title, found.requestable) == (KUBRICK, "Stanley Kubrick", False)
    assert found.known_for == ["The Shining", "2001: A Space Odyssey"]
    await Library(household.home).film(SHINING)
    page = await household.frida.call(looking.GetPerson(tmdb_id=KUBRICK))
    played = {credit.tmdb_id: credit for credit in page.credits}
    assert len(played) == len(page.credits) > 2
    assert played[SHINING].role == "Somebody in The Shining"
    assert played[SHINING].availability is Availability.AVAILABLE
    assert (page.name, page.birthday) == ("Stanley Kubrick", date(1950, 2, 28))


async def test_what_nobody_knows_is_not_found(household: Household) -> None:
    """Several in a row, which is no outage."""
    number = 2_147_483_647
    for message, code in (
        (looking.GetPerson(tmdb_id=number), "PERSON_UNKNOWN"),
        (media.GetTitle(media_type=MediaType.TV, tmdb_id=number), "TITLE_UNKNOWN"),
        (looking.GetSeason(tmdb_id=SHOW, number=77), "TITLE_UNKNOWN"),
        (looking.GetPerson(tmdb_id=number - 1), "PERSON_UNKNOWN"),
    ):
        with pytest.raises(RemoteError) as refused:
            await household.frida.call(message)
        assert (refused.value.status, refused.value.code) == (404, code)


async def test_every_result_says_what_the_household_has_and_why_it_cannot_be_asked_for(
    household: Household,
) -> None:
    """O#1445 (2), O#2445 (6): the state comes from here, and a film is no show of the same number."""
    await Library(household.home).film(FILM)
    await household.frida.request(604)
    found = {item.tmdb_id: item for item in (await household.search("matrix")).items}
    there, asked, free = (found[number] for number in (FILM, 604, 605))
    assert isinstance(there, media.SearchResult) and isinstance(asked, media.SearchResult)
    assert (there.availability, there.requestable) == (Availability.AVAILABLE, False)
    assert there.reason == "It is in the library already."
    assert (asked.availability, asked.requestable) == (Availability.REQUESTED, False)
    assert asked.reason == "It has been requested already."
    assert isinstance(free, media.SearchResult)
    assert (free.availability, free.requestable, free.reason) == (Availability.NONE, True, None)


async def test_shelves_by_genre_provider_and_kind(household: Household) -> None:
    page = await household.shelf("movies", genre=SCIENCE_FICTION)
    assert "Inception" in titles(page) and "The Godfather" not in titles(page)
    streamed = await household.shelf("movies", genre=SCIENCE_FICTION, provider=8)
    assert set(titles(streamed)) < set(titles(page)) and titles(streamed)
    assert {item.media_type for item in (await household.shelf("tv")).items} == {"tv"}
    assert {item.media_type for item in (await household.shelf("trending")).items} == {"movie", "tv"}
    soon = await household.shelf("upcoming")
    assert {item.media_type for item in soon.items} == {"movie", "tv"}
    shows = await household.shelf("upcoming", media_type=MediaType.TV, genre=18)
    assert shows.items and {item.media_type for item in shows.items} == {"tv"}


@pytest.mark.parametrize("shelf", [{"shelf": "trending", "genre": 18}, {"shelf": "upcoming", "genre": 18}])
async def test_what_cannot_be_narrowed_says_so(seerr: Home, shelf: dict[str, Any]) -> None:
    with pytest.raises(RemoteError) as refused:
        await seerr.owner.call(media.Discover(**shelf))
    assert refused.value.status == 422


async def test_genres_and_providers_are_listed_for_films_and_shows(household: Household) -> None:
    genres = await household.frida.call(looking.ListGenres())
    assert {genre.name for genre in genres.movie} >= {"Science Fiction", "Drama"}
    assert {genre.name for genre in genres.tv} >= {"Sci-Fi & Fantasy", "Drama"}
    providers = await household.frida.call(looking.ListProviders())
    assert providers.region == "US"
    assert providers.movie[0].name == "Netflix"
    assert providers.movie[0].logo_url == "https://image.tmdb.org/t/p/w92/provider8.jpg"


async def test_a_films_page_tells_who_made_it_where_to_watch_it_and_for_whom_it_is(
    household: Household,
) -> None:
    title = await household.frida.title(tmdb_id=SHINING)
    assert title.release_date == date(1980, 6, 15)
    assert [(one.name, one.character) for one in title.cast] == [
        ("Stanley Kubrick", "Somebody in The Shining")
    ]
    assert [one.job for one in title.crew] == ["Director"]
    assert [trailer.youtube_key for trailer in title.trailers] == ["yt000000694"]
    assert title.ratings == media.Ratings(tmdb=7.1, tmdb_votes=100, certification="PG-13")
    assert title.where_to_watch is not None and title.where_to_watch.region == "US"
    assert [one.name for one in title.where_to_watch.buy] == ["Apple TV"]
    assert len(title.where_to_watch.stream) == 1
    assert title.keywords == ["horror"] and title.imdb_id == "tt00000694"


async def test_a_shows_page_and_its_seasons_have_plain_dates(household: Household) -> None:
    """O#28 (28) and S#3351 (12): dates are days and never moved; a season without episodes is none."""
    show = await household.frida.title(MediaType.TV, SHOW)
    assert [season.number for season in show.seasons] == [0, 1, 2, 3]
    assert [season.air_date for season in show.seasons if season.number == 2] == [date(2009, 9, 15)]
    assert show.crew[0].job == "Creator" and show.ratings is not None
    assert show.ratings.certification == "TV-14"
    library = Library(household.home)
    await library.show()
    await library.season(1, 7)
    season = await household.frida.call(looking.GetSeason(tmdb_id=SHOW, number=1))
    assert [episode.number for episode in season.episodes] == list(range(1, 8))
    assert (season.availability, season.requestable) == (Availability.AVAILABLE, False)
    free = await household.frida.call(looking.GetSeason(tmdb_id=SHOW, number=2))
    assert free.requestable and free.air_date == date(2009, 9, 15)


@pytest.mark.parametrize("relation", ["similar", "recommended"])
async def test_what_is_like_a_title_says_what_the_household_has_of_it(
    either: Household, relation: looking.Relation
) -> None:
    await Library(either.home).film(604)
    message = looking.FindRelated(media_type=MediaType.MOVIE, tmdb_id=FILM, relation=relation)
    genre = {item.tmdb_id: item for item in (await either.frida.call(message)).items}
    message = looking.FindRelated(media_type=MediaType.MOVIE, tmdb_id=605, relation=relation)
    found = {item.tmdb_id: item for item in (await either.frida.call(message)).items}
    assert genre and all(item.media_type == "movie" for item in genre.values())
    there = found[604]
    assert isinstance(there, media.SearchResult) and there.availability is Availability.AVAILABLE


@pytest.mark.parametrize(
    "fault",
    [
        "refuse",
        "nonsense",
        *(
            pytest.param(fault, marks=pytest.mark.long)
            for fault in ("html", "empty", "drop_mid_body", 500, 503)
        ),
    ],
)
async def test_what_was_told_is_told_again_while_nobody_answers_with_since_when(
    either: Household, fault: Any
) -> None:
    before = [await either.search("matrix"), await either.shelf("movies"), await either.frida.title()]
    assert not any(page.stale or page.stale_since for page in before)
    told_at = either.home.clock.now()
    either.upstream.fail_with(fault)
    either.home.clock.advance(3_600)
    after = [await either.search("matrix"), await either.shelf("movies"), await either.frida.title()]
    for page, was in zip(after, before, strict=True):
        assert page.stale and page.stale_since is not None and page.stale_since <= told_at
        assert page.model_copy(update={"stale": False, "stale_since": None}) == was
    with pytest.raises(MediaNestError) as refused:
        await either.search("something else")
    assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")
    either.upstream.heal()
    either.home.clock.advance(60)  # the breaker tries again
    assert not (await either.search("matrix")).stale


async def test_a_catalogue_that_hangs_costs_a_search_its_budget_and_nobody_else_anything(
    either: Household,
) -> None:
    """Twenty people search, nothing comes, and what does not need the catalogue is answered meanwhile."""
    await either.frida.title()
    either.upstream.fail_with("hang", path_prefix=either.search_path)
    loop = asyncio.get_running_loop()
    started = loop.time()
    searches = [asyncio.create_task(either.search(f"film {number}")) for number in range(20)]
    await asyncio.sleep(0)
    assert (await either.frida.title()).title == "The Matrix"
    assert (await either.frida.call(media.CountRequests())).total == 0
    assert not all(search.done() for search in searches)
    failed = await asyncio.gather(*searches, return_exceptions=True)
    assert {getattr(error, "code", error) for error in failed} == {"SEARCH_UNAVAILABLE"}
    assert loop.time() - started < 8, "no search waits longer than its caller does"
    either.upstream.heal()


async def test_nothing_found_and_a_tmdb_that_is_away_are_told_apart(home: Home) -> None:
    """Trap 7: Overseerr answers 200 with nothing found while TMDB is away. Also for a page and a show."""
    frida = await home.friend()
    assert (await frida.call(media.Search(query="no such film at all"))).items == []
    home.overseerr.state.tmdb_down = True
    with pytest.raises(RemoteError, match="Try again"):
        await frida.call(media.Search(query="matrix"))
    for message in (
        media.Search(query="matrix", page=2),
        media.GetTitle(media_type=MediaType.MOVIE, tmdb_id=680),
        looking.GetPerson(tmdb_id=KUBRICK),
        looking.FindRelated(media_type=MediaType.MOVIE, tmdb_id=680, relation="similar"),
    ):
        with pytest.raises(RemoteError) as refused:
            await frida.call(message)
        assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE"), message

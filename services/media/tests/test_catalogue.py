"""Looking around shows the same whether Overseerr, Seerr or TMDB itself is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media import catalogue as looking
from medianest_common.contracts.media.descriptions import Ratings
from medianest_common.errors import RemoteError
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


@pytest_asyncio.fixture(
    params=["seerr", pytest.param("overseerr", marks=pytest.mark.long), "tmdb"],
    scope="module",
    loop_scope="module",
)
async def household(
    request: pytest.FixtureRequest, server_urls: ServerUrls, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Household]:
    """One for all who look around and break nothing."""
    async with household_on(server_urls, tmp_path_factory.mktemp("household"), request.param) as household:
        yield household


together = pytest.mark.asyncio(loop_scope="module")


def titles(page: media.SearchPage) -> list[str]:
    return [item.title for item in page.items]


@together
async def test_films_shows_and_people_are_found_together_and_each_alone(household: Household) -> None:
    page = await household.search("r")
    assert {item.media_type for item in page.items} == {"movie", "tv", "person"}
    for kind in (MediaType.MOVIE, MediaType.TV, "person"):
        alone = await household.search("r", media_type=kind)
        assert {item.media_type for item in alone.items} == {kind}


@together
async def test_a_person_leads_to_a_page_of_what_they_were_in(household: Household) -> None:
    [found] = (await household.search("kubrick")).items
    assert isinstance(found, media.PersonResult)
    assert (found.tmdb_id, found.title, found.requestable) == (KUBRICK, "Stanley Kubrick", False)
    assert found.known_for == ["The Shining", "2001: A Space Odyssey"]
    await Library(household.home).film(SHINING, key="shining")
    page = await household.frida.call(looking.GetPerson(tmdb_id=KUBRICK))
    played = {credit.tmdb_id: credit for credit in page.credits}
    assert len(played) == len(page.credits) > 2
    assert played[SHINING].role == "Somebody in The Shining"
    assert played[SHINING].availability is Availability.AVAILABLE
    assert (page.name, page.birthday) == ("Stanley Kubrick", date(1950, 2, 28))


@together
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


@together
async def test_every_result_says_what_the_household_has_and_why_it_cannot_be_asked_for(
    household: Household,
) -> None:
    """O#1445 (2), O#2445 (6): the state comes from here, and a film is no show of the same number."""
    await Library(household.home).film(FILM, key="matrix")
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


@together
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


@together
async def test_shelves_by_year_and_the_newest_first(household: Household) -> None:
    nineties = await household.shelf("movies", year=1999)
    assert "The Matrix" in titles(nineties)
    assert {item.year for item in nineties.items if isinstance(item, media.SearchResult)} == {1999}
    for shelf in ("movies", "tv"):
        newest = await household.shelf(shelf, sort=media.ShelfOrder.NEWEST)
        years = [item.year or 0 for item in newest.items if isinstance(item, media.SearchResult)]
        assert len(years) > 5 and years == sorted(years, reverse=True)
    for shelf, more in (("trending", {"year": 1999}), ("upcoming", {"sort": media.ShelfOrder.NEWEST})):
        with pytest.raises(RemoteError) as refused:
            await household.shelf(shelf, **more)
        assert (refused.value.status, refused.value.code) == (422, "INVALID")


@together
async def test_genres_and_providers_are_listed_for_films_and_shows(household: Household) -> None:
    genres = await household.frida.call(looking.ListGenres())
    assert {genre.name for genre in genres.movie} >= {"Science Fiction", "Drama"}
    assert {genre.name for genre in genres.tv} >= {"Sci-Fi & Fantasy", "Drama"}
    providers = await household.frida.call(looking.ListProviders())
    assert providers.region == "US"
    assert providers.movie[0].name == "Netflix"
    assert providers.movie[0].logo_url == "/api/v1/media/images/w92/provider8.jpg"


@together
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
    assert title.ratings == Ratings(tmdb=7.1, tmdb_votes=100, certification="PG-13")
    assert title.where_to_watch is not None and title.where_to_watch.region == "US"
    assert [one.name for one in title.where_to_watch.buy] == ["Apple TV"]
    assert len(title.where_to_watch.stream) == 1
    assert title.keywords == ["horror"] and title.imdb_id == "tt00000694"


@together
async def test_a_shows_page_and_its_seasons_have_plain_dates(household: Household) -> None:
    """Trap 16 (report 28) and report 12 (S#3351): dates are days and never moved; a season without episodes is none."""
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

"""A catalogue that fails, hangs or knows nothing; each test has a household of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media import catalogue as looking
from medianest_common.errors import MediaNestError, RemoteError
from medianest_common.testing.breakers import failures_of
from medianest_common.testing.certificates import expired
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from services.media.tests.conftest import FILM, Home
from services.media.tests.test_catalogue import KUBRICK, Household, household_on
from services.media.tests.test_library import Library

TROUBLES = [
    pytest.param(each, marks=() if each in (Trouble.REFUSES, Trouble.WRONG_TYPES) else pytest.mark.long)
    for each in Trouble
]
SOON = 8.0
"""Who searches waits for 5 s at most; the rest is for a slow machine."""


@pytest.fixture(params=["seerr", "tmdb"])
async def either(
    request: pytest.FixtureRequest, server_urls: ServerUrls, tmp_path: Path
) -> AsyncIterator[Household]:
    async with household_on(server_urls, tmp_path, request.param) as household:
        yield household


@pytest.mark.parametrize("shelf", [{"shelf": "trending", "genre": 18}, {"shelf": "upcoming", "genre": 18}])
async def test_what_cannot_be_narrowed_says_so(seerr: Home, shelf: dict[str, Any]) -> None:
    with pytest.raises(RemoteError) as refused:
        await seerr.owner.call(media.Discover(**shelf))
    assert refused.value.status == 422


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


async def test_looks_by_the_clock_that_are_told_nonsense_speak_against_the_backend_as_well(
    seerr: Home,
) -> None:
    async with TroubledRoad.to(seerr.overseerr.url) as road:
        await seerr.restart(overseerr_url=road.url)
        road.meet(Trouble.WRONG_TYPES)

        async def three_in_a_row() -> bool:
            seerr.clock.advance(3_600)
            return (await failures_of(seerr.sandbox.bus, "media"))["Overseerr"] >= 3

        await eventually(three_in_a_row, within=60)
        await road.heal()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_was_told_is_told_again_while_nobody_answers_with_since_when(
    either: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    certificate, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with TroubledRoad.to(either.upstream.url, certificate=certificate) as road:
        setting = "tmdb_url" if isinstance(either.upstream, FakeTmdb) else "overseerr_url"
        await either.home.restart(**{setting: road.url})
        before: list[media.SearchPage | media.Title] = [
            await either.search("matrix"),
            await either.shelf("movies"),
            await either.frida.title(),
        ]
        assert not any(page.stale or page.stale_since for page in before)
        told_at = either.home.clock.now()
        if trouble in ELSEWHERE:
            await either.home.restart(**{setting: road.address_of(trouble)})
        else:
            road.meet(trouble)
        either.home.clock.advance(3_600)
        began = asyncio.get_running_loop().time()
        after: list[media.SearchPage | media.Title] = [
            await either.search("matrix"),
            await either.shelf("movies"),
            await either.frida.title(),
        ]
        for page, was in zip(after, before, strict=True):
            assert page.stale and page.stale_since is not None and page.stale_since <= told_at
            assert page.model_copy(update={"stale": False, "stale_since": None}) == was
        with pytest.raises(MediaNestError) as refused:
            await either.search("something else")
        assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")
        assert asyncio.get_running_loop().time() - began < 4 * SOON
        system = "TMDB" if isinstance(either.upstream, FakeTmdb) else "Overseerr"
        is_blamed = bool((await failures_of(either.home.sandbox.bus, "media"))[system])
        assert is_blamed == (trouble is not Trouble.TOO_MANY_REQUESTS)
        if trouble in ELSEWHERE:
            await either.home.restart(**{setting: road.url})
        await road.heal()

        async def told_now() -> bool:
            either.home.clock.advance(60)  # the breaker tries again, and a poll may have its one trial
            return not (await either.search("matrix")).stale

        await eventually(told_now)


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

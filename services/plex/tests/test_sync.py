"""The index follows the libraries, whatever they do meanwhile."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemRemoved
from services.plex.tests.indexing import Indexed


async def test_everything_is_read_and_told_as_old_news(indexed: Indexed) -> None:
    await indexed.beat()

    assert await indexed.titles() == ["Alien", "Heat", "Saw"]
    assert await indexed.titles("episode") == ["Episode 1", "Episode 2", "Episode 3"]
    events = await indexed.events(5)
    assert {event.title for event in events} == {"Alien", "Heat", "Saw", "Severance", "Season 1"}
    assert all(isinstance(event, ItemAdded) and not event.is_news for event in events)
    season = next(event for event in events if event.season == 1)
    assert (season.tvdb_id, season.episode_count) == (371980, 3)


async def test_nothing_is_written_or_told_where_nothing_has_changed(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    before = await indexed.rows("select rating_key, xmin::text from items order by 1")

    await indexed.beat(after=86_500)

    assert await indexed.rows("select rating_key, xmin::text from items order by 1") == before
    await indexed.nothing_more_is_told()


async def test_what_is_new_is_read_and_is_news(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    indexed.plex.library.add_movie("Arrival", 2016, tmdb=329865)

    await indexed.beat()

    (event,) = await indexed.events(1)
    assert isinstance(event, ItemAdded)
    assert (event.title, event.tmdb_id, event.is_news) == ("Arrival", 329865, True)


async def test_a_file_that_was_replaced_is_no_news(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    alien = indexed.item("Alien")
    indexed.plex.library.remove(alien.rating_key)
    indexed.plex.library.add_movie("Alien", 1979, tmdb=348, guid=alien.guid)

    await indexed.beat()

    (event,) = await indexed.events(1)
    assert isinstance(event, ItemAdded)
    assert not event.is_news


async def test_a_deletion_needs_two_sightings(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    heat = indexed.item("Heat")
    indexed.plex.library.remove(heat.rating_key)

    await indexed.beat()
    assert "Heat" in await indexed.titles()
    await indexed.beat(after=121)

    assert "Heat" not in await indexed.titles()
    (event,) = await indexed.events(1)
    assert isinstance(event, ItemRemoved)
    assert (event.title, event.tmdb_id) == ("Heat", 949)


async def test_a_library_that_is_empty_all_at_once_is_not_believed_for_an_hour(indexed: Indexed) -> None:
    indexed.plex.library.generate(40)
    await indexed.beat()
    await indexed.events(45)
    movies = [i for i in indexed.plex.library.items.values() if i.section.title == "Movies"]
    for item in movies:
        indexed.plex.library.remove(item.rating_key)

    await indexed.beat()
    await indexed.beat(after=600)
    assert len(await indexed.titles()) == 43
    await indexed.beat(after=3600)

    assert await indexed.titles() == ["Saw"]


async def test_one_bad_item_is_left_out_and_nothing_is_removed_for_it(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    heat = indexed.item("Heat")
    heat.title = ""

    await indexed.beat(after=86_500)
    await indexed.beat(after=86_500)

    assert "Heat" in await indexed.titles()


async def test_another_title_and_a_new_episode_are_changes(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    heat = indexed.item("Heat")
    show = indexed.item("Severance")
    indexed.clock.advance(3600)
    indexed.plex.library.update(heat.rating_key, title="Heat (Director's Cut)")
    indexed.plex.library.add_episode(show.rating_key, 1, 4)

    await indexed.beat()

    events = await indexed.events(3)
    assert {(type(e).__name__, e.title) for e in events} >= {("ItemChanged", "Heat (Director's Cut)")}
    assert await indexed.titles("episode") == ["Episode 1", "Episode 2", "Episode 3", "Episode 4"]
    season = next(event for event in events if event.season == 1)
    assert isinstance(season, ItemChanged)
    assert (season.parent_title, season.episodes_before, season.episode_count) == ("Severance", 3, 4)


@pytest.mark.parametrize("why", ["never read to the end", "not looked at for days"])
async def test_episodes_of_a_library_that_was_not_followed_are_told_as_old_news(
    indexed: Indexed, why: str
) -> None:
    await indexed.beat()
    await indexed.events(5)
    if why == "never read to the end":
        async with indexed.app.db.transaction() as tx:
            await tx.session.execute(text("update libraries set complete_at = null"))
        indexed.clock.advance(600)
    else:
        indexed.clock.advance(86_400 * 3)
    indexed.plex.library.add_episode(indexed.item("Severance").rating_key, 1, 4)

    await indexed.beat()

    season = next(event for event in await indexed.events(2) if event.season == 1)
    assert isinstance(season, ItemChanged)
    assert (season.episodes_before, season.episode_count) == (None, 4)


@pytest.mark.parametrize(
    "fault",
    ["refuse", pytest.param("hang", marks=pytest.mark.long), "500", "html", "empty", "nonsense", "truncate"],
)
async def test_trouble_in_the_middle_removes_nothing_and_ends_by_itself(indexed: Indexed, fault: Any) -> None:
    await indexed.beat()
    await indexed.events(5)
    indexed.plex.library.add_movie("Arrival", 2016)
    if fault == "refuse":
        indexed.plex.server.fail_with(fault)
    else:
        indexed.plex.server.fail_with(fault, path="/library/sections/1/all", times=None)

    await asyncio.wait_for(indexed.beat(), 60)
    assert await indexed.titles() == ["Alien", "Heat", "Saw"]
    indexed.plex.server.heal()
    await indexed.beat(after=86_500)

    assert await indexed.titles() == ["Alien", "Arrival", "Heat", "Saw"]


async def test_it_is_told_in_which_resolutions_a_film_is_there(indexed: Indexed) -> None:
    heat = indexed.item("Heat")
    heat.resolutions = ("4k", "1080")
    await indexed.beat()
    first = {event.title: event.resolutions for event in await indexed.events(5)}
    assert (first["Heat"], first["Severance"]) == (["1080", "4k"], [])

    heat.resolutions = ("1080",)
    indexed.plex.library.update(heat.rating_key)
    await indexed.beat(after=11 * 60)

    [event] = await indexed.events(1)
    assert isinstance(event, ItemChanged)
    assert (event.title, event.resolutions) == ("Heat", ["1080"])

"""Somebody says that files have come or gone, and not in which library."""

import pytest

from medianest_common.contracts.plex.library import ItemAdded
from medianest_plex.library_hints import hint_libraries
from medianest_plex.sync import Sync
from services.plex.tests.indexing import Indexed
from services.plex.tests.test_sync_household import hinted


async def test_all_libraries_of_that_type_are_looked_at_with_the_next_beat(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    indexed.plex.library.add_movie("Arrival", 2016, tmdb=329865)
    await hint_libraries(indexed.app, "movie")
    assert await hinted(indexed) == ["Movies", "Grown-ups"]
    await Sync(indexed.app).beat_if_due()
    (event,) = await indexed.events(1)
    assert isinstance(event, ItemAdded)
    assert event.title == "Arrival"
    assert await hinted(indexed) == []


@pytest.mark.parametrize("type", ["nonsense", "'; drop table libraries"])
async def test_a_type_that_there_is_not_is_nothing(indexed: Indexed, type: str) -> None:
    await indexed.beat()
    await hint_libraries(indexed.app, type)
    assert await hinted(indexed) == []

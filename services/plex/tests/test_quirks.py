"""What real servers were seen to answer; each oddity alone and with the others."""

import pytest
from prometheus_client import REGISTRY

from medianest_common.contracts.plex import ListRecentlyAdded
from services.plex.tests.household import Household


def _dropped() -> float:
    lists = ("recently_added", "search")
    return sum(
        REGISTRY.get_sample_value("medianest_plex_items_dropped_total", {"list": of}) or 0.0 for of in lists
    )


@pytest.mark.parametrize(
    "quirk",
    [
        "control_characters",
        "half_characters",
        "mixed_types",
        "stringly",
        "missing_total_size",
        "missing_fields",
        "ignore_paging",
    ],
)
async def test_oddities_hide_nothing(home: Household, quirk: str) -> None:
    setattr(home.plex.quirks, quirk, True)
    home.later()

    assert set(await home.newest()) == {"Saw", "Alien", "Severance", "Heat"}
    assert await home.found("heat") == ["Heat"]
    assert await home.libraries() == ["Movies", "TV Shows", "Grown-ups"]


async def test_numbers_in_text_are_numbers(home: Household) -> None:
    home.plex.quirks.stringly = True
    home.later()

    answer = await home.ask(ListRecentlyAdded())

    heat = next(item for item in answer.items if item.title == "Heat")
    assert (heat.year, heat.tmdb_id, heat.added_at is not None) == (1995, 949, True)


async def test_characters_that_cannot_be_shown_are_taken_out(home: Household) -> None:
    home.plex.quirks.control_characters = True
    home.later()

    answer = await home.ask(ListRecentlyAdded())

    summaries = [item.summary for item in answer.items if item.summary]
    assert summaries
    assert all(summary.startswith("Beforeafter.") for summary in summaries)


async def test_a_bad_item_is_left_out_and_counted(home: Household) -> None:
    home.plex.quirks.broken_item = True
    home.later()
    before = _dropped()

    assert await home.newest() == ["Severance", "Heat"]
    assert _dropped() >= before + 3


async def test_pages_shorter_than_asked_are_followed_by_more(home: Household) -> None:
    home.plex.library.generate(40)
    home.plex.quirks.page_cap = 15
    home.later()

    answer = await home.ask(ListRecentlyAdded(limit=100))

    assert len({item.rating_key for item in answer.items}) == 44


async def test_everything_at_once_is_still_a_list(home: Household) -> None:
    for name in ("control_characters", "stringly", "missing_total_size", "missing_fields", "broken_item"):
        setattr(home.plex.quirks, name, True)
    home.later()

    assert "Severance" in await home.newest()


@pytest.mark.parametrize(
    "guid, expected",
    [
        ("com.plexapp.agents.imdb://tt0133093?lang=en", (None, "tt0133093")),
        ("com.plexapp.agents.themoviedb://603?lang=en", (603, None)),
        ("com.plexapp.agents.hama://anidb-123", (None, None)),
        ("local://567283", (None, None)),
        ("com.plexapp.agents.none://203184", (None, None)),
    ],
)
async def test_old_and_local_guids_are_read_or_left_alone(
    home: Household, guid: str, expected: tuple[int | None, str | None]
) -> None:
    home.plex.library.add_movie("The Matrix", 1999, guid=guid)
    home.later()

    answer = await home.ask(ListRecentlyAdded())

    matrix = next(item for item in answer.items if item.title == "The Matrix")
    assert (matrix.tmdb_id, matrix.imdb_id) == expected


async def test_titles_keep_every_script(home: Household) -> None:
    home.plex.library.add_movie("Lux Æterna — ルックス 🎬", 2019)
    home.later()

    assert "Lux Æterna — ルックス 🎬" in await home.newest()

"""Recorded answers of both servers are read; odd ones cost no more than the odd item."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters import overseerr_answers as answers
from medianest_media.adapters.backend import BackendStatus

FOLDER = Path(__file__).parent / "fixtures" / "answers"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NONSENSE = (ValueError, LookupError, TypeError, AttributeError)


def recorded(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("server", ["overseerr", "seerr"])
def test_recorded_searches_are_read(server: str) -> None:
    for name in ("search_1", "search_2"):
        answer = recorded(f"{server}_{name}")
        wanted = [item["id"] for item in answer["results"] if item["mediaType"] != "person"]
        assert [title.tmdb_id for title in answers.found_page(answer, page=1).titles] == wanted


@pytest.mark.parametrize("server", ["overseerr", "seerr"])
def test_recorded_titles_are_read(server: str) -> None:
    movie = answers.title_details(recorded(f"{server}_movie"), MediaType.MOVIE)
    show = answers.title_details(recorded(f"{server}_tv"), MediaType.TV)
    assert movie.title and movie.seasons == () and movie.year
    assert show.seasons and all(season.episode_count > 0 for season in show.seasons)


@pytest.mark.parametrize("server", ["overseerr", "seerr"])
def test_recorded_requests_are_read(server: str) -> None:
    rows = recorded(f"{server}_request")["results"]
    assert [answers.backend_request(row).id for row in rows] == [row["id"] for row in rows]
    assert len(answers.modified(recorded(f"{server}_request"))) == len(rows)
    for name in ("create_movie_request", "create_tv_request"):
        created = recorded(f"{server}_{name}")
        assert answers.backend_request(created).id == created["id"]


def test_recorded_users_and_settings_are_read() -> None:
    users = recorded("user_list_as_admin")["results"]
    assert answers.users_by_plex_id(users) == {user["plexId"]: user["id"] for user in users if user["plexId"]}
    rules = answers.rules(recorded("settings_public"))
    assert (rules.movie_4k, rules.tv_4k, rules.partial_requests, rules.specials) == (
        False,
        False,
        True,
        False,
    )


@pytest.mark.parametrize(
    "number, meaning",
    [
        (1, Availability.NONE),
        (2, Availability.REQUESTED),
        (3, Availability.PROCESSING),
        (4, Availability.PARTIALLY_AVAILABLE),
        (5, Availability.AVAILABLE),
        (6, Availability.BLOCKED),
        (7, Availability.NONE),
    ],
)
def test_numbers_of_media_are_read_whoever_speaks(number: int, meaning: Availability) -> None:
    row = copy.deepcopy(recorded("create_movie_pending"))
    row["media"]["status"] = number
    assert answers.backend_request(row).availability is meaning


def test_numbers_of_requests_are_read_whoever_speaks() -> None:
    row = copy.deepcopy(recorded("create_movie_pending"))
    read = []
    for number in range(1, 6):
        row["status"] = number
        read.append(answers.backend_request(row).status)
    assert read == list(BackendStatus)


def test_an_odd_item_costs_that_item_alone() -> None:
    answer = copy.deepcopy(recorded("seerr_search_1"))
    titles = [item for item in answer["results"] if item["mediaType"] != "person"]
    titles[0]["id"] = "six hundred"
    answer["results"].append({"mediaType": "movie"})
    answer["results"].append(None)
    assert (
        len(answers.found_page({**answer, "results": [*titles, {"mediaType": "tv"}]}, page=1).titles)
        == len(titles) - 1
    )


@given(st.dictionaries(st.sampled_from(["results", "page", "totalPages", "x"]), JSON))
def test_nonsense_is_either_read_or_called_nonsense(answer: dict[str, Any]) -> None:
    for read in (
        lambda: answers.found_page(answer, page=1),
        lambda: answers.title_details(answer, MediaType.TV),
        lambda: answers.backend_request(answer),
        lambda: answers.modified(answer),
        lambda: answers.rules(answer),
    ):
        try:
            read()
        except NONSENSE:
            continue


@given(st.dictionaries(st.sampled_from(["title", "overview", "posterPath", "releaseDate", "genres"]), JSON))
def test_text_of_strangers_can_be_stored(changes: dict[str, Any]) -> None:
    answer = recorded("overseerr_movie") | changes
    try:
        details = answers.title_details(answer, MediaType.MOVIE)
    except NONSENSE:
        return
    for text in (details.title, details.overview, details.poster_path or ""):
        assert "\x00" not in text
        text.encode()
    assert ".." not in (details.poster_path or "") or "/" not in (details.poster_path or "")[1:]

import json
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medianest_common.errors import BadUpstream
from medianest_common.http import Response
from medianest_plex.adapters import answers
from medianest_plex.adapters.coercion import entries, to_bool, to_float, to_int, to_key, to_text, to_time
from medianest_plex.adapters.guids import external_ids
from medianest_plex.adapters.items import read_items, read_seasons

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = (
    "type", "ratingKey", "title", "librarySectionID", "year", "summary", "thumb", "addedAt", "duration", "index",
    "guid", "Guid", "parentRatingKey", "parentTitle", "parentIndex", "grandparentTitle",
)  # fmt: skip
_ITEM = st.fixed_dictionaries(
    {}, optional={name: _ANYTHING | st.sampled_from(["movie", "season", "1", 7]) for name in _FIELDS}
)


@given(_ANYTHING)
@example(10**400)
@example("1" * 400)
def test_no_value_is_too_odd_to_read(value: Any) -> None:
    for read in (to_int, to_bool, to_float, to_key, to_text, to_time, entries):
        read(value)


@given(st.lists(_ITEM, max_size=4))
def test_no_item_is_too_odd_to_leave_out(items: list[dict[str, Any]]) -> None:
    for item in (
        *read_items(items, of="test"),
        *read_items(items, of="test", library_key="1"),
        *read_seasons(items, of="test", library_key="1"),
    ):
        assert item.title
        assert item.rating_key.isdigit()
    for document in items:
        external_ids(document)


@given(st.integers(-(2**60), 2**60))
def test_a_number_is_the_same_as_text(number: int) -> None:
    assert to_int(number) == to_int(str(number))


def test_seconds_that_nobody_can_mean_are_unknown() -> None:
    assert [to_time(value) for value in (0, -1, 10**12, "soon", None)] == [None] * 5


def test_raw_control_characters_and_wrong_bytes_do_not_spoil_an_answer() -> None:
    body = b'{"MediaContainer":{"machineIdentifier":"abc","version":"1\x04 K\xfcche"}}'
    response = Response("Plex", 200, httpx.Headers({"content-type": "application/json"}), body)

    identity = answers.read_identity(response)

    assert identity.machine_identifier == "abc"


@given(
    st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
)
def test_any_json_is_an_answer_or_nonsense(document: Any) -> None:
    body = json.dumps({"MediaContainer": document}).encode()
    response = Response("Plex", 200, httpx.Headers({"content-type": "application/json"}), body)

    for parse in (answers.read_sections, answers.read_hits, answers.container_of):
        try:
            parse(response)
        except (ValueError, LookupError, TypeError, AttributeError, BadUpstream):
            continue


@pytest.mark.parametrize(
    "directories",
    [[None], [None, None], [{"key": "1", "title": "Movies"}, None], [{"title": "Movies"}], [{"key": "all"}]],
)
def test_what_cannot_be_read_of_a_list_of_libraries_makes_it_no_list(directories: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"no (entries|key)"):
        answers.read_sections(_of({"size": len(directories), "Directory": directories}))


def test_a_library_with_a_name_that_cannot_be_shown_is_one() -> None:
    found = answers.read_sections(_of({"size": 1, "Directory": [{"key": "4", "title": "\x04"}]}))
    assert [(section.key, section.title) for section in found] == [("4", "4")]


def _of(container: dict[str, Any]) -> Response:
    body = json.dumps({"MediaContainer": container}).encode()
    return Response("Plex", 200, httpx.Headers({"content-type": "application/json"}), body)

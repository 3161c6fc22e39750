"""What a file says of the order lets everything else stay where it is."""

from uuid import UUID

import pytest

from medianest.settings_file.part import arranged


@pytest.mark.parametrize(
    "here, wanted, then",
    [
        ("abc", "cba", [2, 1, 0]),
        ("xabyc", "cba", [0, 4, 2, 3, 1]),
        ("abc", "abc", [0, 1, 2]),
        ("ab", "bqa", [1, 0]),
        ("aba", "ba", [1, 0, 2]),
        ("", "a", []),
        ("abc", "", [0, 1, 2]),
    ],
    ids=[
        "turned round",
        "others between",
        "so already",
        "one is not here",
        "a name twice",
        "nothing here",
        "nothing asked",
    ],
)
def test_only_what_the_file_names_changes_places(here: str, wanted: str, then: list[int]) -> None:
    places = [(key, UUID(int=number)) for number, key in enumerate(here)]
    assert [each.int for each in arranged(places, list(wanted))] == then

"""Words are found however they are written."""

import pytest

from medianest_common.folding import fold, prefix_query


@pytest.mark.parametrize(
    "written,asked",
    [
        ("Straße", "STRASSE"),
        ("Ärger", "ärger"),
        ("Ärger", "a\u0308rger"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"),
        ("Ёлка", "елка"),
        ("ＦＵＬＬ", "full"),
        ("ﬁlm", "FILM"),
        ("Amélie", "amelie"),
        ("Smørrebrød", "smorrebrod"),
        ("Don't", "dont"),
        ("日本語", "日本語"),
    ],
)
def test_both_sides_look_alike(written: str, asked: str) -> None:
    assert fold(written) == fold(asked)


def test_a_query_holds_words_and_nothing_else() -> None:
    assert prefix_query("Mein  Straßen-Film!") == "'mein':* & 'strassen':* & 'film':*"
    assert prefix_query("'! |:*\\") is None
    assert prefix_query(" ".join("abcdefghijklmn")) == prefix_query(" ".join("abcdefghij"))

"""Keys and passwords in a file of settings, encrypted."""

import json

import pytest

from medianest.errors import Refused
from medianest.settings_file.document import read
from medianest.settings_file.secrets import Secrets, sealed

PHRASE = "six words and a number 7"


@pytest.mark.parametrize(
    "kept, passphrase, words",
    [
        (None, PHRASE, "holds no secrets"),
        ("not base64", PHRASE, "is damaged"),
        (sealed(Secrets(integrations={"tmdb": "k"}), passphrase=PHRASE)[:-8], PHRASE, "cut short"),
        (sealed(Secrets(), passphrase=PHRASE), "quite another one", "another one"),
    ],
    ids=["none", "no base64", "cut short", "another passphrase"],
)
def test_secrets_that_do_not_open_are_refused(kept: str | None, passphrase: str, words: str) -> None:
    document = {"format": "medianest-settings", "version": 1} | ({"sealed": kept} if kept else {})
    with pytest.raises(Refused, match=words):
        read(json.dumps(document), passphrase=passphrase)


def test_what_was_entered_by_hand_counts_before_what_was_sealed() -> None:
    kept = sealed(Secrets(integrations={"tmdb": "old", "smtp": "old"}), passphrase=PHRASE)
    entries = [{"kind": "tmdb", "secret": "new"}, {"kind": "smtp"}]
    document = {"format": "medianest-settings", "version": 1, "sealed": kept, "integrations": entries}
    found = read(json.dumps(document), passphrase=PHRASE).integrations
    assert found and [each.secret for each in found] == ["new", "old"]

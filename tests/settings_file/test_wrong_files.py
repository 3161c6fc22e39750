"""A file that is wrong is refused with its places, before anything is done."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from medianest.cli import app
from medianest.errors import Refused
from medianest.settings_file.document import read
from tests.settings_file.test_another_installation import WEEKLY

MONITOR = {"name": "A", "spec": {"kind": "push"}}


@pytest.mark.parametrize(
    "broken, words",
    [
        ({"version": 2}, "version 2 of the format"),
        ({"plugins": []}, "No part is called plugins"),
        ({"format": "other"}, "no file of settings"),
        ({"rules": [{"name": "Odd", "yearFrom": "old"}]}, r"rules\.0\.yearFrom: "),
        ({"rules": [{"name": "Odd", "userId": str(UUID(int=1))}]}, r"rules\.0: name whom it is for"),
        ({"monitors": [{"name": "A", "spec": {"kind": "odd"}}]}, r"monitors\.0\.spec: "),
        ({"maintenance": [WEEKLY]}, r"maintenance\.0: it is for everything, or"),
    ],
    ids=[
        "newer",
        "unknown part",
        "another format",
        "wrong value",
        "id of a person",
        "unknown kind",
        "for nothing",
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(json.dumps({"format": "medianest-settings", "version": 1} | broken))


@pytest.mark.parametrize(
    "broken, words",
    [
        (
            {"rules": [{"name": "A"}, {"name": "B"}, {"name": "A"}]},
            r"\nrules\.2: there is one called A before",
        ),
        ({"monitors": [MONITOR, MONITOR]}, r"\nmonitors\.1: there is one called"),
        (
            {"monitors": [MONITOR | {"needs": ["B"]}]},
            r"\nmonitors\.0\.needs: the file has no monitor called B",
        ),
    ],
    ids=["two rules", "two monitors", "needs what is not there"],
)
def test_a_file_that_contradicts_itself_is_refused_before_anything_starts(
    broken: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "house.json"
    file.write_text(json.dumps({"format": "medianest-settings", "version": 1} | broken))
    ended = CliRunner().invoke(app, ["settings", "import", str(file), "--apply"])
    assert isinstance(ended.exception, Refused)
    assert re.search(words, str(ended.exception))
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_no_json_is_refused() -> None:
    with pytest.raises(Refused, match="This is no JSON"):
        read("{")

"""`make audit` tells what is known from what nobody could be asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.audit import FOUND, UNKNOWN, main

_PIP = {
    "dependencies": [
        {"name": "here", "version": "1.0", "vulns": []},
        {
            "name": "weak",
            "version": "2.0",
            "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": "long"}],
        },
    ],
    "fixes": [],
}
_NPM = {
    "auditReportVersion": 2,
    "vulnerabilities": {"weak": {"name": "weak", "severity": "high", "range": "<3"}},
    "metadata": {"dependencies": {"prod": 20, "dev": 0, "total": 20}},
}
_FINE = {"dependencies": [{"name": "here", "version": "1.0", "vulns": []}], "fixes": []}
_AWAY = {"message": "request to https://registry.example/ failed", "error": {"summary": "", "detail": ""}}


@pytest.mark.parametrize(
    "what, said, ends, words",
    [
        pytest.param("python", _PIP, FOUND, "weak 2.0: PYSEC-1, mended in 2.1", id="weak in Python"),
        pytest.param("page", _NPM, FOUND, "weak: high, in <3", id="weak in the page"),
        pytest.param("python", _FINE, 0, "1 parts looked at, 0 weaknesses", id="nothing found"),
        pytest.param("python", None, UNKNOWN, "NO DATA", id="no answer in Python"),
        pytest.param("page", _AWAY, UNKNOWN, "NO DATA", id="no answer of npm"),
        pytest.param("page", [], UNKNOWN, "NO DATA", id="nonsense"),
        pytest.param("python", {"dependencies": []}, UNKNOWN, "NO DATA", id="nothing was looked at"),
    ],
)
def test_nothing_known_is_not_nothing_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, said: Any, ends: int, words: str
) -> None:
    file = tmp_path / "said.json"
    if said is not None:
        file.write_text(json.dumps(said))
    assert main(f"{what}={file}") == ends
    assert words in capsys.readouterr().out


def test_one_that_could_not_be_asked_is_not_covered_by_the_other(tmp_path: Path) -> None:
    (tmp_path / "fine.json").write_text(json.dumps(_FINE))
    assert main(f"python={tmp_path / 'fine.json'}", f"page={tmp_path / 'none.json'}") == UNKNOWN
    (tmp_path / "empty.json").write_text("")
    assert main(f"python={tmp_path / 'fine.json'}", f"page={tmp_path / 'empty.json'}") == UNKNOWN

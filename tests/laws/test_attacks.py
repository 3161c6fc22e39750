"""The attacks of `docs/threat-model.md` and the tests that try them know of each other, by their numbers."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_IN_NAMES = re.compile(r"def test\w*?_attacks?((?:_(?:and_)?\d+)+)")
_AT_THE_FRONT = re.compile(r"def test((?:_\d+)+)_")
_IN_WORDS = re.compile(r"\b[Aa]ttacks? (\d+(?:(?:, and |, | and | to |–|-)\d+)*)")
_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_every_attack_has_a_test_that_names_it_and_stands_in_the_threat_model() -> None:
    table = {int(row[1]): re.findall(r"`([^`]+)`", row[4]) for row in _ROW.finditer(_threat_model())}
    assert len(table) > 80
    tried = _tried()
    assert sorted(table) == sorted(tried)
    # The table names where to look; nothing that it names has gone.
    assert {
        number: files for number, files in table.items() if not files or not set(files) <= tried[number]
    } == {}


def _threat_model() -> str:
    return (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def _tried() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for folder in (ROOT / "tests", ROOT / "libs", ROOT / "services"):
        for path in folder.rglob("test_*.py"):
            if path == Path(__file__):
                continue
            text = path.read_text(encoding="utf-8")
            for number in _numbers(text) | (_leading(text) if path.parts[-2] == "security" else set()):
                found.setdefault(number, set()).add(path.relative_to(ROOT).as_posix())
    return found


def _numbers(text: str) -> set[int]:
    numbers: set[int] = set()
    for name in _IN_NAMES.findall(text):
        numbers |= {int(number) for number in re.findall(r"\d+", name)}
    for said in _IN_WORDS.findall(text):
        for first, last in re.findall(r"(\d+)(?:(?: to |–|-)(\d+))?", said):
            numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def _leading(text: str) -> set[int]:
    return {int(number) for name in _AT_THE_FRONT.findall(text) for number in re.findall(r"\d+", name)}


def test_the_numbers_of_a_test_are_found_however_they_are_written() -> None:
    assert _numbers("async def test_attack_50_and_68_x() -> None:") == {50, 68}
    assert _numbers("def test_x_attack_79(host: str)") == {79}
    assert _leading("def test_73_77_a_token(") == {73, 77}
    assert _numbers('"""Attacks 1 to 3, 7 and 9."""') == {1, 2, 3, 7, 9}

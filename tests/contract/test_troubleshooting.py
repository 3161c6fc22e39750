"""What the manual says to look for where something is wrong is there to be found."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.security.test_access import ACCESS

ROOT = Path(__file__).parents[2]
CHAPTER = (
    (ROOT / "docs" / "operations.md")
    .read_text("utf-8")
    .partition("## Troubleshooting by symptom")[2]
    .partition("\n## ")[0]
)
NAMES = sorted(set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", CHAPTER)))
ROUTES = sorted(set(re.findall(r"`((?:GET|POST|PUT|DELETE) /api/v1[^`]*)`", CHAPTER)))
OF_OTHERS = {
    "max_connections": "PostgreSQL's",
    "max_file_store": "of NATS",
    "correlation_id": "a field of each line",
}


@cache
def _code() -> str:
    places = ("libs/common/src", "services", "medianest")
    files = [path for place in places for path in (ROOT / place).rglob("*.py") if "/tests/" not in str(path)]
    return "\n".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_OTHERS])
def test_a_line_of_the_log_or_a_figure_has_that_name(name: str) -> None:
    assert f'"{name}"' in _code(), "nothing is called so any more"


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_there(route: str) -> None:
    assert route.partition("?")[0] in ACCESS


def test_the_chapter_was_found() -> None:
    assert len(NAMES) > 8 and len(ROUTES) > 3

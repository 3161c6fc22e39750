"""All members have one version and ask for exactly that of each other, so that no installation is half of two."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MEMBERS = [ROOT, ROOT / "libs" / "common", *(path.parent for path in ROOT.glob("services/*/pyproject.toml"))]


def test_all_members_have_one_version_and_ask_for_it() -> None:
    projects = [_project(folder) for folder in MEMBERS]
    assert len(projects) == 9
    (version,) = {project["version"] for project in projects}
    named = {project["name"] for project in projects}
    asked = [
        (project["name"], wanted)
        for project in projects
        for wanted in project["dependencies"]
        if re.split(r"[^a-z-]", wanted)[0] in named
    ]
    assert len(asked) == 15
    assert [pair for pair in asked if not pair[1].endswith(f"=={version}")] == []


def test_the_whole_asks_for_every_member() -> None:
    whole = " ".join(_project(ROOT)["dependencies"])
    assert [folder.name for folder in MEMBERS[1:] if f"medianest-{folder.name}" not in whole] == []


def _project(folder: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return project

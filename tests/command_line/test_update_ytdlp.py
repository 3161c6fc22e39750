"""`medianest admin update-ytdlp`: with nothing else running."""

from pathlib import Path

import pytest

from medianest_youtube.releases import Releases
from services.youtube.tests import small_wheels
from tests.command_line.installation import Installation


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


async def test_what_works_is_used_and_what_does_not_is_not(installation: Installation, wheels: Path) -> None:
    small_wheels.working(wheels, "2098.1.5")
    code, said = await installation.command("admin", "update-ytdlp")
    assert code == 0, said
    assert "yt-dlp 2098.1.5 works here" in said

    small_wheels.broken(wheels, "2099.1.5")
    code, said = await installation.command("admin", "update-ytdlp", "2099.1.5")
    assert (code, "does not work here" in said) == (1, True)
    assert "Traceback" not in said
    assert Releases.of(installation.folder / "data").in_use == "2098.1.5"


async def test_only_a_version_is_taken_for_one(installation: Installation) -> None:
    code, said = await installation.command(
        "admin", "update-ytdlp", "--", "yt-dlp @ https://example.org/x.whl"
    )

    assert code == 2
    assert "A version is a day" in said

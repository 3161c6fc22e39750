"""An administrator updates yt-dlp from the portal, while everything runs."""

from pathlib import Path
from typing import Any

import pytest

from medianest.testing import eventually
from services.youtube.tests import small_wheels
from tests.audit_log import written_down
from tests.world import Person, world


async def test_the_portal_updates_yt_dlp_and_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    small_wheels.working(wheels, "2099.1.5")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    async with world(tmp_path / "data") as house:
        olive = await house.owner()
        before = (await olive.get("/youtube/tools")).raise_for_status().json()

        begun = await olive.post("/youtube/tools/update", {})
        done = await eventually(lambda: _updated(olive), within=180)
        wrong = await olive.post("/youtube/tools/update", {"version": "newest"})
        await written_down(olive, "ytdlp_update")

        assert before["ytDlp"]["bundled"] and before["lastUpdate"] is None
        assert {before[name]["state"] for name in ("ffmpeg", "ffprobe", "runtime")} == {"present"}
        assert (begun.status_code, begun.json()["lastUpdate"]["state"]) == (202, "waiting")
        assert done["lastUpdate"]["state"] == "done", done
        assert done["ytDlp"]["version"] == "2099.1.5"
        assert wrong.status_code == 422


async def _updated(olive: Person) -> dict[str, Any] | None:
    report: dict[str, Any] = (await olive.get("/youtube/tools")).raise_for_status().json()
    return report if report["lastUpdate"]["state"] in ("done", "failed") else None

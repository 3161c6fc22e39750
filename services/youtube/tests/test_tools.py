"""What downloads are made with: said to administrators, updated by them, and told where it is wanting."""

from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common import programs
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.contracts.youtube.tools import (
    GetTools,
    LastUpdate,
    ProgramState,
    ToolsReport,
    UpdateState,
    UpdateYtDlp,
)
from medianest_common.errors import RemoteError
from medianest_common.programs import Program
from medianest_common.testing.fake_youtube import FakeYoutube
from medianest_youtube.releases import Releases
from medianest_youtube.tools import ToolState, find_tool
from services.youtube.tests import small_wheels
from services.youtube.tests.conftest import Home, home_on
from services.youtube.tests.lists import STANDARD, hold_downloads


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


async def updated(home: Home) -> ToolsReport:
    async def done() -> ToolsReport | None:
        report = await home.owner.call(GetTools())
        assert report.last_update
        return report if report.last_update.state in (UpdateState.DONE, UpdateState.FAILED) else None

    found: ToolsReport = await eventually(done, within=150)
    return found


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


async def test_administrators_see_what_downloads_are_made_with(home: Home) -> None:
    report = await home.owner.call(GetTools())

    assert report.yt_dlp.bundled
    assert report.yt_dlp.version.startswith("20")
    assert not report.yt_dlp.outdated
    for each in (report.ffmpeg, report.ffprobe, report.runtime):
        assert each.state is ProgramState.PRESENT and each.version and each.advice is None
    assert report.last_update is None


async def test_nobody_else_sees_or_updates_them(home: Home) -> None:
    frida = await home.friend()

    for message in (GetTools(), UpdateYtDlp()):
        with pytest.raises(RemoteError) as refused:
            await frida.call(message)
        assert refused.value.code == "FORBIDDEN"


async def test_an_administrator_updates_yt_dlp(home: Home, wheels: Path) -> None:
    admin = await home.friend("Ada", role=Role.ADMIN)
    small_wheels.working(wheels, "2099.1.5")
    await hold_downloads(home)
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, failure, not_before,"
        " version, created_at, updated_at) select gen_random_uuid(), lpad(n::text, 11, 'v'), :profile, 'x', 'waiting',"
        " now(), now(), 'NO_FORMATS', now() + interval '1 day', 1, now(), now() from generate_series(1, 450) n",
        profile=STANDARD,
    )

    begun = await admin.call(UpdateYtDlp())
    report = await updated(home)

    assert begun.last_update and begun.last_update.state is UpdateState.WAITING
    assert report.last_update and report.last_update.state is UpdateState.DONE
    assert report.last_update.version == report.yt_dlp.version == "2099.1.5"
    assert not report.yt_dlp.bundled

    async def all_queued() -> bool:
        return await home.rows("select status, count(*) from assets group by 1") == [("queued", 450)]

    await eventually(all_queued)


async def test_two_updates_are_not_asked_for_at_once_but_one_that_never_ended_hinders_nobody(
    home: Home, wheels: Path
) -> None:
    releases = Releases.of(home.sandbox.settings["data_dir"])
    releases.note(LastUpdate(state=UpdateState.RUNNING, version=None, at=home.clock.now()))

    with pytest.raises(RemoteError) as refused:
        await home.owner.call(UpdateYtDlp())
    home.clock.advance(16 * 60)
    await home.owner.call(UpdateYtDlp())

    assert refused.value.code == "UPDATE_RUNNING"
    assert (await updated(home)).last_update is not None


async def test_an_update_that_does_not_work_says_why_and_can_be_tried_again(home: Home, wheels: Path) -> None:
    small_wheels.broken(wheels, "2099.1.5")

    await home.owner.call(UpdateYtDlp(version="2099.1.5"))
    report = await updated(home)

    assert report.last_update and report.last_update.state is UpdateState.FAILED
    assert report.last_update.message and "does not work here" in report.last_update.message
    assert report.yt_dlp.bundled
    await home.owner.call(UpdateYtDlp(version="2099.1.5"))
    await updated(home)


async def readiness(home: Home) -> Readiness:
    return Readiness.model_validate_json(await home.sandbox.bus.ask(ping_subject("youtube"), timeout=30))


async def test_an_old_yt_dlp_is_said_to_be_old(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube
) -> None:
    async with home_on(server_urls, tmp_path, youtube, youtube_ytdlp_max_age_days=90) as home:
        home.clock.advance(91 * 24 * 3600)

        async def told() -> Readiness | None:
            found = await readiness(home)
            return found if found.status is CheckStatus.DEGRADED else None

        (check,) = [each for each in (await eventually(told)).checks if each.name == "ytdlp"]

        assert check.status is CheckStatus.DEGRADED
        assert check.message and "medianest admin update-ytdlp" in check.message
        assert (await home.owner.call(GetTools())).yt_dlp.outdated


async def test_a_missing_runtime_is_no_outage_but_is_told(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = programs._places
    monkeypatch.setattr(
        programs, "_places", lambda wanted: iter(()) if wanted is Program.DENO else present(wanted)
    )
    async with home_on(server_urls, tmp_path, youtube) as home:
        await eventually(lambda: _is_all_that_is_wanting(home, "javascript"))
        report = await home.owner.call(GetTools())

    assert report.runtime.state is ProgramState.MISSING
    assert report.runtime.advice and report.runtime.advice.startswith(
        "deno is missing; it runs the JavaScript"
    )


async def _is_all_that_is_wanting(home: Home, name: str) -> bool:
    found = await readiness(home)
    assert found.status is CheckStatus.DEGRADED
    return [each.name for each in found.checks if each.status is not CheckStatus.OK] == [name]


class TestFinding:
    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The only folder on the PATH, besides that of the shell."""
        folder = tmp_path / "bin"
        folder.mkdir()
        monkeypatch.setenv("PATH", f"{folder}:/bin")
        return folder

    async def test_the_machines_own_comes_first(self, path: Path) -> None:
        own = program(path, "ffmpeg", "ffmpeg version 7.1.2-static Copyright (c) 2000-2026")

        found = await find_tool(Program.FFMPEG)

        assert (found.state, found.path, found.version) == (ToolState.PRESENT, own, "7.1.2")

    async def test_one_that_is_too_old_is_passed_over(self, path: Path) -> None:
        own = program(path, "deno", "deno 1.46.3 (stable, release)")

        found = await find_tool(Program.DENO)

        assert found.state is ToolState.PRESENT
        assert found.path != own

    async def test_one_that_does_not_run_is_passed_over(self, path: Path) -> None:
        broken = path / "ffprobe"
        broken.write_text("no program\n")
        broken.chmod(0o755)

        found = await find_tool(Program.FFPROBE)

        assert found.state is ToolState.PRESENT
        assert found.path != broken

    async def test_where_there_is_only_an_old_one_it_says_so(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = program(path, "ffmpeg", "ffmpeg version 4.4.2 Copyright (c) 2000-2021")
        monkeypatch.setattr(programs, "_places", lambda _: iter([old]))

        found = await find_tool(Program.FFMPEG)

        assert found.state is ToolState.OUTDATED
        assert found.advice and "ffmpeg 4.4.2 is too old" in found.advice and "5.1" in found.advice

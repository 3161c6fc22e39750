"""A newer yt-dlp is installed beside the one that came with us, tried out, and put into use only if it works."""

import asyncio
import fcntl
from pathlib import Path

import pytest

from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.releases import Releases, UpdateFailed, UpdateRunning, released_on
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.runner import Runner, RunnerSettings
from services.youtube.tests import small_wheels


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that pip knows of."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases.of(tmp_path)


def in_folder(releases: Releases) -> set[str]:
    folder = releases.link.parent
    return {path.name for path in folder.iterdir()} - {".lock"} if folder.is_dir() else set()


async def test_before_any_update_the_bundled_one_is_in_use(releases: Releases) -> None:
    assert releases.is_bundled
    assert releases.in_use == releases.bundled
    assert released_on(releases.bundled) is not None


async def test_the_newest_is_installed_and_the_next_process_uses_it(
    releases: Releases, wheels: Path, youtube: FakeYoutube
) -> None:
    video = youtube.add(Video("aaaaaaaaaaa"))
    small_wheels.working(wheels, "2098.1.5")
    small_wheels.working(wheels, "2099.1.5")
    settings = RunnerSettings(
        proxy=youtube.proxy_url, certificates=youtube.ca_file, tools=releases.link, cache=None
    )

    async with Runner.open(settings) as runner:
        await runner.preview_video(VideoLink(video.id), choices=ProfileChoices())
        before = runner.version
        installed = await releases.update(None)
        found = await runner.preview_video(VideoLink(video.id), choices=ProfileChoices())

        assert before != installed == releases.in_use == "2099.1.5"
        assert not releases.is_bundled
        assert runner.version == "2099.1.5"
        assert found.title == video.title


async def test_a_release_that_does_not_work_changes_nothing(releases: Releases, wheels: Path) -> None:
    small_wheels.working(wheels, "2098.1.5")
    await releases.update(None)
    small_wheels.broken(wheels, "2099.1.5")

    with pytest.raises(UpdateFailed, match=r"yt-dlp 2099\.1\.5 does not work here"):
        await releases.update(None)

    assert releases.in_use == "2098.1.5"
    assert in_folder(releases) == {"2098.1.5", "current"}


async def test_a_release_that_is_another_than_it_says_is_not_used(releases: Releases, wheels: Path) -> None:
    small_wheels.mislabelled(wheels, "2099.1.5")

    with pytest.raises(UpdateFailed):
        await releases.update("2099.01.05")

    assert releases.is_bundled


async def test_a_release_that_is_not_there_is_said_to_be_missing(releases: Releases, wheels: Path) -> None:
    small_wheels.working(wheels, "2098.1.5")

    with pytest.raises(UpdateFailed, match="there is no such release"):
        await releases.update("2097.1.1")

    assert in_folder(releases) == set()


async def test_two_are_kept_so_that_one_can_go_back(releases: Releases, wheels: Path) -> None:
    for version in ("2097.1.5", "2098.1.5", "2099.1.5"):
        small_wheels.working(wheels, version)
        await releases.update(version)

    assert releases.installed() == ["2099.1.5", "2098.1.5"]

    await releases.update("2098.01.05")

    assert releases.in_use == "2098.1.5"
    assert releases.installed() == ["2099.1.5", "2098.1.5"]


async def test_one_update_at_a_time(releases: Releases, wheels: Path) -> None:
    small_wheels.working(wheels, "2099.1.5")
    folder = releases.link.parent
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UpdateRunning):
            await releases.update(None)

    assert await releases.update(None) == "2099.1.5"


async def test_an_update_that_was_cut_off_leaves_nothing_for_long(releases: Releases, wheels: Path) -> None:
    small_wheels.working(wheels, "2099.1.5")
    begun = asyncio.create_task(releases.update(None))
    folder = releases.link.parent
    while not list(folder.glob(".new-*")):
        await asyncio.sleep(0.01)
    begun.cancel()
    await asyncio.wait([begun])
    (folder / ".new-killed").mkdir()

    await releases.update(None)

    assert in_folder(releases) == {"2099.1.5", "current"}


async def test_what_came_with_us_is_taken_again_once_it_is_newer(releases: Releases, wheels: Path) -> None:
    small_wheels.working(wheels, "2001.1.5")
    await releases.update(None)
    assert releases.in_use == "2001.1.5"

    releases.go_back_if_outdated()

    assert releases.in_use == releases.bundled


async def test_what_was_installed_for_another_python_is_left_and_can_be_installed_anew(
    releases: Releases, wheels: Path
) -> None:
    small_wheels.working(wheels, "2099.1.5")
    await releases.update(None)
    (mark,) = (releases.link / "").glob(".python*")
    mark.rename(mark.with_name(".python3.1"))

    releases.go_back_if_outdated()
    assert releases.is_bundled

    await releases.update(None)
    releases.go_back_if_outdated()
    assert releases.in_use == "2099.1.5"


async def test_pip_is_told_no_secret(
    releases: Releases, wheels: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEDIANEST_SECRET_KEY", "do-not-tell")
    told = tmp_path / "told"
    tell = f"import os\nopen({str(told)!r}, 'w').write(repr(dict(os.environ)))\n"
    small_wheels.working(wheels, "2099.1.5", also=tell)

    await releases.update(None)

    assert "PATH" in told.read_text()
    assert "do-not-tell" not in told.read_text()

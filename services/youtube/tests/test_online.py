"""Whether the real YouTube can be talked to today: `make online`. Never part of another run.

When this fails while everything else passes, yt-dlp is too old for what YouTube has become: `medianest admin
update-ytdlp`, and `make lock P=yt-dlp` for the next release.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest_common.contracts.youtube.profiles import MediaFormat, ProfileChoices
from medianest_common.settings import load
from medianest_youtube.settings import YoutubeSettings
from medianest_youtube.tools import find_tools
from medianest_youtube.urls import PlaylistLink, VideoLink
from medianest_youtube.worker.lines import Done
from medianest_youtube.worker.runner import DownloadOrder, Runner, RunnerSettings

pytestmark = [pytest.mark.online, pytest.mark.timeout(300)]
FIRST_EVER = VideoLink("jNQXAC9IVRw")
"""The first video on YouTube, of 19 seconds. It has been there since 2005."""
ITS_CHANNEL = "UU4QobU6STFB0P71PMvOGN5A"
"""What has been uploaded there."""


@pytest.fixture
async def runner(tmp_path: Path) -> AsyncIterator[Runner]:
    """Through the proxy that the environment names, if it does."""
    ours, tools = load(YoutubeSettings), await find_tools()
    settings = RunnerSettings(
        proxy=ours.youtube_proxy or None,
        certificates=ours.youtube_ca_file,
        ffmpeg=tools.ffmpeg.path,
        deno=tools.runtime.path,
        cache=tmp_path / "cache",
    )
    async with Runner.open(settings) as runner:
        yield runner


async def test_a_video_is_looked_at(runner: Runner) -> None:
    found = await runner.preview_video(FIRST_EVER, choices=ProfileChoices(), timeout=120)

    assert found.title == "Me at the zoo"


async def test_a_list_is_read(runner: Runner) -> None:
    found = await runner.preview_list(PlaylistLink(ITS_CHANNEL), timeout=120)

    assert FIRST_EVER.video_id in [entry.video_id for entry in found.first]


async def test_a_video_is_downloaded(runner: Runner, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    choices = ProfileChoices(format=MediaFormat.M4A)

    child = await runner.download(DownloadOrder(link=FIRST_EVER, choices=choices, staging=staging))
    lines = [line async for line in child.lines()]

    assert isinstance(lines[-1], Done), lines[-1]
    assert [path for path in staging.iterdir() if path.suffix == ".m4a" and path.stat().st_size > 50_000]

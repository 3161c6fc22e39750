"""YouTube's JavaScript, run by the real runtime in the processes that download."""

from pathlib import Path

import pytest

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.profiles import MediaFormat, ProfileChoices
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.tools import find_tools
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.lines import Done, Failed, Line
from medianest_youtube.worker.runner import DownloadOrder, Runner, RunnerSettings


@pytest.fixture
def order(youtube: FakeYoutube, tmp_path: Path) -> DownloadOrder:
    video = youtube.add(Video("aaaaaaaaaaa", needs_javascript=True))
    staging = tmp_path / "staging"
    staging.mkdir()
    choices = ProfileChoices(format=MediaFormat.M4A)
    return DownloadOrder(link=VideoLink(video.id), choices=choices, staging=staging)


async def outcome(settings: RunnerSettings, order: DownloadOrder) -> Line:
    async with Runner.open(settings) as runner:
        child = await runner.download(order)
        return [line async for line in child.lines()][-1]


async def settings_with(youtube: FakeYoutube, *, runtime: bool) -> RunnerSettings:
    tools = await find_tools()
    return RunnerSettings(
        proxy=youtube.proxy_url,
        certificates=youtube.ca_file,
        ffmpeg=tools.ffmpeg.path,
        deno=tools.runtime.path if runtime else Path("/nonexistent/deno"),
    )


async def test_what_needs_javascript_is_downloaded(youtube: FakeYoutube, order: DownloadOrder) -> None:
    last = await outcome(await settings_with(youtube, runtime=True), order)

    assert isinstance(last, Done), last
    assert {each.status for each in youtube.media_requests("aaaaaaaaaaa")} == {206}


async def test_without_a_runtime_that_is_said_and_not_that_the_video_is_at_fault(
    youtube: FakeYoutube, order: DownloadOrder
) -> None:
    last = await outcome(await settings_with(youtube, runtime=False), order)

    assert isinstance(last, Failed)
    assert last.code is FailureCode.NO_JS_RUNTIME, last

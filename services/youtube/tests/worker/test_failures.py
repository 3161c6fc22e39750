"""What YouTube refuses, by the real extractor; and what happens on the way."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.profiles import MediaFormat, ProfileChoices
from medianest_common.testing.fake_youtube import Failure, FakeYoutube, Live, Video
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.lines import Done
from services.youtube.tests.worker.running import Running, running_on

pytestmark = pytest.mark.asyncio(loop_scope="session")

ID = "aaaaaaaaaaa"
CODES = {
    Failure.PRIVATE: FailureCode.PRIVATE,
    Failure.GEO_BLOCKED: FailureCode.GEO_BLOCKED,
    Failure.AGE_RESTRICTED: FailureCode.AGE_RESTRICTED,
    Failure.BOT_CHECK: FailureCode.BOT_CHECK,
    Failure.RATE_LIMITED: FailureCode.RATE_LIMITED,
    Failure.IP_BLOCKED: FailureCode.IP_BLOCKED,
    Failure.CAPTCHA: FailureCode.IP_BLOCKED,
    Failure.REMOVED: FailureCode.REMOVED,
    Failure.TERMINATED: FailureCode.REMOVED,
    Failure.COPYRIGHT: FailureCode.REMOVED,
    Failure.UNAVAILABLE: FailureCode.UNAVAILABLE,
    Failure.MEMBERS_ONLY: FailureCode.MEMBERS_ONLY,
    Failure.MEMBERS_LEVEL: FailureCode.MEMBERS_ONLY,
    Failure.PREMIUM: FailureCode.PAYMENT_REQUIRED,
    Failure.PAYMENT: FailureCode.PAYMENT_REQUIRED,
    Failure.PREMIERE: FailureCode.UPCOMING,
    Failure.UPCOMING: FailureCode.UPCOMING,
    Failure.LIVE_ENDED: FailureCode.LIVE_ENDED,
    Failure.DRM: FailureCode.DRM,
    Failure.NO_FORMATS: FailureCode.NO_FORMATS,
    Failure.TOO_MANY_REQUESTS: FailureCode.RATE_LIMITED,
}


async def test_each_reason_of_youtube_arrives_as_its_code(running: Running) -> None:
    """One after the other in one test, four at a time, since some of them are mostly waiting."""
    at_once = asyncio.Semaphore(4)

    async def code_of(number: int, failure: Failure) -> FailureCode:
        video = running.youtube.add(Video(id=f"failing{number:04d}", failure=failure))
        async with at_once:
            return (await running.download(video)).failed.code

    found = await asyncio.gather(*(code_of(number, failure) for number, failure in enumerate(Failure)))

    assert dict(zip(Failure, found, strict=True)) == CODES
    assert running.files() == []


async def test_a_refusal_of_a_preview_is_typed(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, failure=Failure.PRIVATE))

    with pytest.raises(NotToBeHad) as refused:
        await running.runner.preview_video(VideoLink(video.id), choices=ProfileChoices())

    assert refused.value.failure is FailureCode.PRIVATE
    assert "private" in refused.value.detail


async def test_a_premiere_is_shown_and_tells_when_it_begins(running: Running) -> None:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    video = running.youtube.add(Video(id=ID, live=Live.UPCOMING, starts_at=starts, failure=Failure.PREMIERE))

    shown = await running.runner.preview_video(VideoLink(video.id), choices=ProfileChoices())
    failed = (await running.download(video)).failed

    assert shown.is_upcoming
    assert shown.release_timestamp == failed.release_timestamp == int(starts.timestamp())
    assert failed.code is FailureCode.UPCOMING


async def test_a_live_stream_is_not_recorded(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, live=Live.NOW))

    shown = await running.runner.preview_video(VideoLink(video.id), choices=ProfileChoices())

    assert shown.is_live
    assert (await running.download(video)).failed.code is FailureCode.LIVE_NOW
    assert running.youtube.media_requests(video) == []


@pytest.mark.parametrize(
    "status,code",
    [(403, FailureCode.FORBIDDEN_MEDIA), (429, FailureCode.RATE_LIMITED)],
)
async def test_media_that_are_refused(running: Running, status: int, code: FailureCode) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.status = status

    assert (await running.download(video)).failed.code is code


async def test_a_server_that_stumbles_is_asked_again(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.status, video.faults.refusals_left = 503, 2

    told = await running.download(video)

    assert (await running.probe(told)).video_codec


async def test_a_connection_that_is_cut_is_taken_up_where_it_was(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.drop_after, video.faults.drops_left = 30_000, 2

    told = await running.download(video)

    assert (await running.probe(told)).duration_seconds > 3.5
    ranges = [request.range for request in running.youtube.media_requests(video) if request.range]
    assert any(not each.startswith("bytes=0-") for each in ranges)


@pytest.mark.long
async def test_no_network_is_the_networks_fault(youtube: FakeYoutube, tmp_path: Path) -> None:
    video = youtube.add(Video(id=ID))
    async with running_on(youtube, tmp_path, proxy="http://127.0.0.1:1") as running:
        assert (await running.download(video)).failed.code is FailureCode.NETWORK


async def test_cookies_open_what_they_should_and_lie_nowhere(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, failure=Failure.MEMBERS_ONLY))
    assert (await running.download(video)).failed.code is FailureCode.MEMBERS_ONLY

    child = await running.begin(video, cookies=running.youtube.cookies)
    environment = (
        Path(f"/proc/{child.pid}/environ").read_text() + Path(f"/proc/{child.pid}/cmdline").read_text()
    )
    told = [line async for line in child.lines()]

    assert told[-1].line == "done"  # type: ignore[union-attr]
    assert "LOGIN_INFO" not in environment
    assert all(b"LOGIN_INFO" not in file.read_bytes() for file in running.staging.iterdir())


async def test_a_process_knows_nothing_of_the_service(
    youtube: FakeYoutube, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with running_on(youtube, tmp_path) as running:
        child = await running.begin(youtube.add(Video(id=ID)))
        environment = Path(f"/proc/{child.pid}/environ").read_text()
        await child.kill()

    assert "secret" not in environment
    assert "HTTPS_PROXY" not in environment


async def test_a_video_that_needs_javascript_names_a_runtime_that_is_missing(
    youtube: FakeYoutube, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = youtube.add(Video(id=ID, needs_javascript=True))
    monkeypatch.setenv("PATH", "/nonexistent")
    async with running_on(youtube, tmp_path, deno=tmp_path / "no-deno") as running:
        assert (await running.download(video)).failed.code is FailureCode.NO_JS_RUNTIME


async def test_the_runtime_works_within_the_bounds_of_memory(running: Running) -> None:
    """deno reserves a terabyte of addresses, which a limit on those would not let it."""
    video = running.youtube.add(Video(id=ID, needs_javascript=True))

    child = await running.begin(video)
    told = [line async for line in child.lines()]

    assert isinstance(told[-1], Done), told[-1]
    assert "memory" not in child.last_words.lower()


async def test_a_file_larger_than_is_allowed(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))

    failed = (await running.download(video, max_bytes=50_000)).failed

    assert failed.code is FailureCode.TOO_LARGE
    assert all(file.stat().st_size <= 50_000 for file in running.staging.iterdir())


async def test_a_result_that_becomes_too_large_is_told_too(running: Running) -> None:
    """Each stream is within the limit, and ffmpeg's own file is not."""
    video = running.youtube.add(Video(id=ID))
    await running.download(video)
    largest = max(request.sent for request in running.youtube.media_requests(video))
    for file in running.staging.iterdir():
        file.unlink()

    failed = (await running.download(video, max_bytes=largest + 100)).failed

    assert failed.code is FailureCode.TOO_LARGE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() == 0:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], check=False)
        if mounted.returncode == 0:
            yield folder
            subprocess.run(["umount", folder], check=True)
            return
    pytest.skip("a small disk can be mounted only by root")


async def test_a_full_disk_is_told_as_such(running: Running, small_disk: Path) -> None:
    video = running.youtube.add(Video(id=ID))
    running.staging = small_disk

    assert (await running.download(video)).failed.code is FailureCode.NO_SPACE


async def test_a_format_that_is_not_there(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, formats=(18, 134)))

    told = await running.download(
        video,
        ProfileChoices(format=MediaFormat.WEBM, codec="vp9", embed_thumbnail=False),  # type: ignore[arg-type]
    )

    assert told.failed.code is FailureCode.NO_FORMATS

"""However a download ends, nothing goes on that nobody wants, and nothing that has arrived is fetched again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
import yt_dlp.version

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.births import Birth, ForkServerClient
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import Done, Failed, Line, StepTaken, Transferred
from services.youtube.tests.worker.running import MERGE, METADATA, Running, SlowFfmpeg, of_session, running_on

pytestmark = pytest.mark.asyncio(loop_scope="session")

ID = "aaaaaaaaaaa"


async def gone(leader: int) -> None:
    async def nobody_left() -> bool:
        return not of_session(leader)

    await eventually(nobody_left)


async def until(child: Child, reached: Callable[[Line], bool]) -> None:
    async with aclosing(child.lines()) as lines:
        async for line in lines:
            if reached(line):
                return
    raise AssertionError("it has ended before")


def downloading(line: Line) -> bool:
    return isinstance(line, Transferred) and line.downloaded_bytes > 40_000


@pytest.mark.parametrize("flowing", [True, False])
async def test_a_cancel_ends_everything_within_a_second(running: Running, flowing: bool) -> None:
    """metube#617. An exception in yt-dlp's hook needs until the next block, which may never come."""
    video = running.youtube.add(Video(id=ID))
    if flowing:
        video.faults.rate = 60_000
    else:
        video.faults.stall_after = 200_000
    child = await running.begin(video)
    told = asyncio.create_task(_all(child))

    async def arriving() -> bool:
        return any(file.stat().st_size > 40_000 for file in running.staging.glob("*.part"))

    await eventually(arriving)

    began = time.monotonic()
    await child.kill()

    assert time.monotonic() - began < AT_ONCE
    assert child.ended
    assert not any(isinstance(line, Done | Failed) for line in await told)
    assert of_session(child.pid) == []
    assert any(name.endswith(".part") for name in running.files())


async def test_what_was_killed_while_downloading_goes_on_from_there(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.rate = 60_000
    child = await running.begin(video)
    await until(child, downloading)
    os.kill(child.pid, signal.SIGKILL)
    await gone(child.pid)
    sizes = [file.stat().st_size for file in running.staging.glob("*.part")]
    video.faults.rate = None
    before = len(running.youtube.media_requests(video))

    told = await running.download(video)

    again = running.youtube.media_requests(video)[before:]
    assert sizes
    assert any(str(request.range).startswith(f"bytes={sizes[0]}-") for request in again)
    assert (await running.probe(told)).duration_seconds > 3.5
    assert running.files() == [f"{ID}.jpg", f"{ID}.mp4"]


@pytest.mark.parametrize("too_much", [0, 5_000])
async def test_what_had_arrived_to_its_end_does_not_keep_a_video_from_being_fetched(
    running: Running, too_much: int
) -> None:
    """There is nothing more to send, and yt-dlp takes that for a refusal."""
    video = running.youtube.add(Video(id=ID))
    await running.download(video)
    whole = running.youtube.media_requests(video)[0].sent
    for file in running.staging.iterdir():
        file.unlink()
    video.faults.rate = 60_000
    child = await running.begin(video)
    await until(child, downloading)
    os.kill(child.pid, signal.SIGKILL)
    await gone(child.pid)
    [part] = running.staging.glob("*.part")
    video.faults.rate = None
    part.write_bytes(bytes(whole + too_much))

    told = await running.download(video)

    assert (await running.probe(told)).duration_seconds > 3.5
    assert running.files() == [f"{ID}.jpg", f"{ID}.mp4"]


@pytest.mark.parametrize("step", [MERGE, METADATA], ids=["merge", "metadata"])
async def test_what_was_killed_while_ffmpeg_worked_is_not_fetched_again(
    youtube: FakeYoutube, tmp_path: Path, step: str
) -> None:
    video = youtube.add(Video(id=ID))
    slow = SlowFfmpeg(tmp_path / "bin", step=step)
    async with running_on(youtube, tmp_path, ffmpeg=slow.path) as running:
        child = await running.begin(video)
        told = asyncio.create_task(_all(child))
        await eventually(slow.begun)
        assert len(of_session(child.pid)) == 2
        # Only the one that runs yt-dlp: ffmpeg has to go by itself.
        os.kill(child.pid, signal.SIGKILL)
        await gone(child.pid)
        assert _code((await told)[-1]) is FailureCode.CRASHED
        before = len(youtube.media_requests(video))
        slow.hurry()

        again = await running.download(video)

        assert len(youtube.media_requests(video)) == before
        probed = await running.probe(again)
        assert (probed.video_codec, probed.audio_codec, probed.has_cover) == ("h264", "aac", True)
        assert running.files() == [f"{ID}.jpg", f"{ID}.mp4"]


async def test_a_cancel_while_ffmpeg_works_leaves_no_ffmpeg(youtube: FakeYoutube, tmp_path: Path) -> None:
    slow = SlowFfmpeg(tmp_path / "bin", step=MERGE)
    async with running_on(youtube, tmp_path, ffmpeg=slow.path) as running:
        child = await running.begin(youtube.add(Video(id=ID)))
        told = asyncio.create_task(_all(child))
        await eventually(slow.begun)

        began = time.monotonic()
        await child.kill()

        assert time.monotonic() - began < AT_ONCE
        assert of_session(child.pid) == []
        assert not any(isinstance(line, Done | Failed) for line in await told)


async def test_what_does_not_move_is_stopped(youtube: FakeYoutube, tmp_path: Path) -> None:
    """A stopped process neither tells anything nor uses a processor."""
    video = youtube.add(Video(id=ID))
    video.faults.rate = 60_000
    async with running_on(youtube, tmp_path, stall_seconds=1.0, step_stall_seconds=1.0) as running:
        child = await running.begin(video)
        lines: list[Line] = []
        async for line in child.lines():
            lines.append(line)
            if downloading(line):
                os.kill(child.pid, signal.SIGSTOP)

        assert _code(lines[-1]) is FailureCode.STALLED
        assert of_session(child.pid) == []


@pytest.mark.long
async def test_ffmpeg_that_works_without_a_word_is_alive(youtube: FakeYoutube, tmp_path: Path) -> None:
    """By its time on the processor, though it tells nothing for longer than is borne of others."""
    busy = tmp_path / "bin" / "ffmpeg"
    busy.parent.mkdir()
    slow = SlowFfmpeg(tmp_path / "real", step=MERGE)
    slow.hurry()
    busy.write_text(
        f'#!/bin/sh\ncase "$*" in {MERGE}) {sys.executable} -c '
        f"'import time\nend=time.monotonic()+2.5\nwhile time.monotonic()<end: pass' ;; esac\n"
        f'exec "{slow.path}" "$@"\n'
    )
    busy.chmod(0o755)
    (busy.parent / "ffprobe").symlink_to(slow.path.parent / "ffprobe")
    async with running_on(
        youtube, tmp_path, ffmpeg=busy, stall_seconds=1.0, step_stall_seconds=1.0
    ) as running:
        told = await running.download(youtube.add(Video(id=ID)))

        assert told.done.media


async def test_when_the_fork_server_is_killed_all_end_and_the_next_order_has_a_new_one(
    youtube: FakeYoutube, tmp_path: Path
) -> None:
    video = youtube.add(Video(id=ID))
    slow = SlowFfmpeg(tmp_path / "bin", step=MERGE)
    async with running_on(youtube, tmp_path, ffmpeg=slow.path) as running:
        child = await running.begin(video)
        told = asyncio.create_task(_all(child))
        await eventually(slow.begun)
        server = running.runner.server_pid
        assert server

        os.kill(server, signal.SIGKILL)

        assert _code((await told)[-1]) is FailureCode.CRASHED
        await gone(child.pid)
        slow.hurry()
        assert (await running.download(video)).done.media
        assert running.runner.server_pid not in (None, server)


_SERVICE = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.runner import DownloadOrder, Runner, RunnerSettings

async def main(proxy, certificates, ffmpeg, staging):
    settings = RunnerSettings(proxy=proxy, certificates=Path(certificates), ffmpeg=Path(ffmpeg))
    async with Runner.open(settings) as runner:
        order = DownloadOrder(link=VideoLink("aaaaaaaaaaa"), choices=ProfileChoices(), staging=Path(staging))
        child = await runner.download(order)
        print(child.pid, runner.server_pid, flush=True)
        async for line in child.lines():
            pass

asyncio.run(main(*sys.argv[1:]))
"""


async def test_when_the_service_is_killed_nothing_of_it_is_left(youtube: FakeYoutube, tmp_path: Path) -> None:
    youtube.add(Video(id=ID))
    slow = SlowFfmpeg(tmp_path / "bin", step=MERGE)
    (tmp_path / "staging").mkdir()
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _SERVICE),
        *(youtube.proxy_url, str(youtube.ca_file), str(slow.path), str(tmp_path / "staging")),
        stdout=subprocess.PIPE,
    )
    assert service.stdout
    child, server = map(int, (await asyncio.wait_for(service.stdout.readline(), 150)).split())
    await eventually(slow.begun)

    service.kill()
    await service.wait()

    await gone(child)
    await eventually(lambda: _is_gone(server))


@pytest.mark.long
async def test_another_yt_dlp_is_used_by_the_next_order(youtube: FakeYoutube, tmp_path: Path) -> None:
    """While one that runs goes on with the old one."""
    video, other = youtube.add(Video(id=ID)), youtube.add(Video(id="b" * 11))
    video.faults.rate = 150_000
    folder = tmp_path / "2099.01.01"
    (folder / "yt_dlp").mkdir(parents=True)
    for part in Path(yt_dlp.__file__).parent.iterdir():
        if part.name != "version.py":
            (folder / "yt_dlp" / part.name).symlink_to(part)
    version = Path(yt_dlp.__file__).with_name("version.py").read_text()
    (folder / "yt_dlp" / "version.py").write_text(version.replace(yt_dlp.version.__version__, "2099.01.01"))
    current = tmp_path / "current"
    async with running_on(youtube, tmp_path, tools=current) as running:
        child = await running.begin(video, ProfileChoices(quality="360p"))  # type: ignore[arg-type]
        told = asyncio.create_task(_all(child))
        assert running.runner.version != "2099.01.01"

        current.symlink_to(folder)

        assert (await running.download(other)).done.media
        assert running.runner.version == "2099.01.01"
        assert isinstance((await told)[-1], Done)


async def test_a_yt_dlp_that_cannot_be_loaded_is_passed_over(youtube: FakeYoutube, tmp_path: Path) -> None:
    (tmp_path / "broken" / "yt_dlp").mkdir(parents=True)
    (tmp_path / "broken" / "yt_dlp" / "__init__.py").write_text("raise ImportError('half of it is missing')")
    async with running_on(youtube, tmp_path, tools=tmp_path / "broken") as running:
        assert (await running.download(youtube.add(Video(id=ID)))).done.media
        assert running.runner.version == yt_dlp.version.__version__


async def test_an_order_given_up_while_its_process_is_born_leaves_none(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.rate = 20_000
    await running.runner.preview_video(VideoLink(ID), choices=ProfileChoices())
    server = psutil.Process(running.runner.server_pid)
    for _ in range(5):
        beginning = asyncio.create_task(running.begin(video))
        await asyncio.sleep(0)
        beginning.cancel()
        await asyncio.wait([beginning], timeout=60)
        if not beginning.cancelled():
            await beginning.result().kill()

    async def none_left() -> bool:
        return not server.children()

    await eventually(none_left)


@pytest.mark.long
async def test_a_server_that_nobody_needs_goes_and_comes_again(youtube: FakeYoutube, tmp_path: Path) -> None:
    video = youtube.add(Video(id=ID))
    async with running_on(youtube, tmp_path, idle_seconds=0.2) as running:
        await running.download(video)
        server = running.runner.server_pid or 0

        await eventually(lambda: _is_gone(server))

        assert (await running.download(video)).done.media


async def test_a_line_that_cannot_be_understood_is_counted_and_passed_over(running: Running) -> None:
    server = await ForkServerClient.start()
    birth = Birth(server, 1)
    child = Child(birth, stall_seconds=60, step_stall_seconds=60)
    birth.lines.feed_data(
        b'nonsense\n{"line": "done", "media": 7}\n{"line": "unknown"}\n\xff\xfe\n'
        b'{"line": "progress", "downloaded_bytes": -1}\n'
        b'{"line": "step", "step": "merging"}\n{"line": "done", "media": "x.mp4"}\n'
    )
    birth.lines.feed_eof()
    birth.ended.set_result(0)

    lines = [line async for line in child.lines()]
    await server.close()

    assert [type(line) for line in lines] == [StepTaken, Done]
    assert child.invalid_lines == 5


async def test_an_order_that_makes_no_sense_fails(running: Running) -> None:
    server = await ForkServerClient.start()
    try:
        child = Child(await server.give_birth(b"{}"), stall_seconds=60, step_stall_seconds=60)
        lines = await _all(child)
    finally:
        await server.close()

    assert _code(lines[-1]) is FailureCode.UNKNOWN


@pytest.mark.long
async def test_memory_stays_flat(running: Running) -> None:
    """yt-dlp#1949."""
    video = running.youtube.add(Video(id=ID, seconds=1, formats=(18,)))
    sizes = []
    for number in range(100):
        await running.download(video)
        for file in running.staging.iterdir():
            file.unlink()
        if number in (20, 99):
            processes = psutil.Process(), psutil.Process(running.runner.server_pid)
            sizes.append([(p.memory_info().rss, p.num_fds()) for p in processes])
    for (size, fds), (size_later, fds_later) in zip(*sizes, strict=True):
        assert size_later < size * 1.05
        assert fds_later <= fds


async def _all(child: Child) -> list[Line]:
    return [line async for line in child.lines()]


async def _is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _code(line: Line) -> FailureCode | None:
    return line.code if isinstance(line, Failed) else None

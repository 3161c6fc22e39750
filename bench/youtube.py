"""A YouTube job beyond what yt-dlp itself needs, a long list, and a cancel; all from a pretend YouTube on this machine.

The peer is yt-dlp as a library in a process that is warm, with the same options; and its command, as people run it.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from uuid import uuid4

import psutil

from bench.table import Row
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube import FakeYoutube, Playlist, Video, fake_youtube, numbered
from medianest_youtube import probing, profiles
from medianest_youtube.profiles import Surroundings
from medianest_youtube.staging import fingerprint, staging
from medianest_youtube.urls import PlaylistLink, VideoLink
from medianest_youtube.worker.lines import Done, EntriesFound, Transferred
from medianest_youtube.worker.runner import DownloadOrder, Runner, RunnerSettings

_JOBS = 12
_CHOICES = ProfileChoices()

_WARM_LIBRARY = """
import json, sys, time
import yt_dlp
from yt_dlp.extractor.youtube import YoutubeIE
for line in sys.stdin:
    url, options = json.loads(line)
    began = time.perf_counter()
    with yt_dlp.YoutubeDL(options, auto_init=False) as ytdl:
        ytdl.add_info_extractor(YoutubeIE())
        ytdl.download([url])
    print(time.perf_counter() - began, file=sys.stderr, flush=True)
"""


async def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, fake_youtube(Path(folder)) as youtube:
        settings = RunnerSettings(
            proxy=youtube.proxy_url,
            certificates=youtube.ca_file,
            ffmpeg=find(Program.FFMPEG),
            deno=find(Program.DENO),
        )
        async with Runner.open(settings) as runner:
            return [
                await _jobs(runner, youtube, Path(folder)),
                await _list(runner, youtube),
                await _cancel(runner, youtube, Path(folder)),
            ]


async def _jobs(runner: Runner, youtube: FakeYoutube, folder: Path) -> Row:
    """Turn by turn, so that whatever else the machine does falls on both."""
    video = youtube.add(Video(id="benchvideo1"))
    library = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WARM_LIBRARY),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=youtube.environment() | {"PATH": "/usr/bin:/bin", "YTDLP_NO_PLUGINS": "1"},
    )
    assert library.stdin
    assert library.stderr
    ours, theirs = [], []
    for number in range(_JOBS + 1):
        began = time.perf_counter()
        await _job(runner, video, folder)
        ours.append(time.perf_counter() - began)
        alone = folder / f"alone-{number}"
        options = profiles.download_options(
            _CHOICES,
            Surroundings(proxy=youtube.proxy_url, ffmpeg=find(Program.FFMPEG), own_certificates=True),
            staging=alone,
        )
        library.stdin.write(json.dumps([video.url, options]).encode() + b"\n")
        theirs.append(await _seconds(library.stderr))
    library.stdin.close()
    await library.wait()
    # The first of each loads what the others find loaded.
    beyond = (statistics.median(ours[1:]) - statistics.median(theirs[1:])) * 1000
    server = psutil.Process(runner.server_pid).memory_info().rss / 1e6
    return Row(
        "YouTube: a job beyond yt-dlp itself (process, staging, ffprobe, move)",
        f"{beyond:.0f} ms ({statistics.median(ours[1:]) * 1000:.0f} ms in all, server {server:.0f} MB)",
        "≤ 150 ms",
        f"{statistics.median(theirs[1:]) * 1000:.0f} ms yt-dlp in a warm process",
        beyond <= 150,
    )


async def _job(runner: Runner, video: Video, folder: Path) -> None:
    root = folder / "library"
    with staging(root, uuid4()) as held:
        held.begin(fingerprint(video.id, _CHOICES))
        child = await runner.download(
            DownloadOrder(link=VideoLink(video.id), choices=_CHOICES, staging=held.folder)
        )
        done = [line async for line in child.lines()][-1]
        assert isinstance(done, Done), done
        assert done.media
        media = held.folder / done.media
        found = await probing.probe(media, ffprobe=find(Program.FFPROBE) or "ffprobe")
        probing.check(found, probing.Expected(video=True, audio=True, duration_seconds=video.seconds))
        held.store([(media, root / held.folder.name / "Video.mp4")])


async def _seconds(stream: asyncio.StreamReader) -> float:
    while True:
        line = await asyncio.wait_for(stream.readline(), 60)
        try:
            return float(line)
        except ValueError:
            if not line:
                raise RuntimeError("yt-dlp in a process of its own has ended") from None


async def _list(runner: Runner, youtube: FakeYoutube) -> Row:
    playlist = youtube.add(Playlist(id="PL" + "b" * 32, videos=numbered(2_000)))
    began = time.perf_counter()
    count, first = 0, 0.0
    async with aclosing(runner.index(PlaylistLink(playlist.id))) as lines:
        async for line in lines:
            if isinstance(line, EntriesFound):
                count += len(line.entries)
                first = first or time.perf_counter() - began
    took = time.perf_counter() - began
    return Row(
        f"YouTube: a playlist of {count:,} is read",
        f"{took:.1f} s, the first 50 after {first:.2f} s",
        "≤ 10 s",
        met=took <= 10 and count == 2_000,
    )


async def _cancel(runner: Runner, youtube: FakeYoutube, folder: Path) -> Row:
    video = youtube.add(Video(id="benchvideo2"))
    video.faults.rate = 100_000
    slowest = 0.0
    for number in range(_JOBS):
        target = folder / f"cancelled-{number}"
        target.mkdir()
        child = await runner.download(
            DownloadOrder(link=VideoLink(video.id), choices=_CHOICES, staging=target)
        )
        async with aclosing(child.lines()) as lines:
            async for line in lines:
                if isinstance(line, Transferred):
                    break
        began = time.perf_counter()
        await child.kill()
        slowest = max(slowest, time.perf_counter() - began)
    return Row(
        "YouTube: a cancel until all its processes are gone, the slowest",
        f"{slowest * 1000:.0f} ms",
        "≤ 1 s",
        met=slowest <= 1,
    )

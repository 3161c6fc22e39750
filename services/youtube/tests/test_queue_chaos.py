"""Whatever is killed whenever: each download is carried out once or fails with a reason, and nothing is left over."""

import asyncio
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import PauseDownload, RemoveDownload, ResumeDownload
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from services.youtube.tests.conftest import Home
from services.youtube.tests.queueing import Wish, ask
from services.youtube.tests.replicas import Replica, start_replica
from services.youtube.tests.test_queue_wishes import workers_of

ROUNDS = 200
MANY = 500
SETTLED = (
    DownloadStatus.IMPORTING,
    DownloadStatus.READY,
    DownloadStatus.FAILED,
    DownloadStatus.CANCELLED,
)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_kills_at_random_moments_leave_every_job_done_once_or_failed_with_a_reason(
    home: Home, youtube: FakeYoutube
) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "7"))
    dice = random.Random(seed)
    rounds = int(os.environ.get("CHAOS_ROUNDS", ROUNDS))
    await home.sandbox.stop("youtube")
    settings = {"youtube_lease_seconds": 1.5, "youtube_slots": 3}
    replicas: list[Replica] = [await start_replica(home, **settings) for _ in range(2)]
    wishes: list[Wish] = []
    try:
        for number in range(rounds):
            video = youtube.add(Video(id=f"chaos{number:06}", seconds=2))
            video.faults.rate = dice.choice([None, 500_000, 2_000_000])
            wishes.append(await ask(home, video))
            await asyncio.sleep(dice.uniform(0.05, 1.2))
            await _disturb(home, replicas, wishes, dice, settings)
        for wish in wishes:
            await wish.becomes(*SETTLED, DownloadStatus.WAITING, within=300)
    finally:
        for each in replicas:
            await each.kill()

    async def no_orphan() -> bool:
        return workers_of(home.folder) == []

    await eventually(no_orphan)
    await _look_at_all(home, wishes)


async def _disturb(
    home: Home, replicas: list[Replica], wishes: list[Wish], dice: random.Random, settings: dict[str, float]
) -> None:
    kind = dice.choice(["service", "service", "worker", "worker", "server", "stop", "cancel", "pause"])
    victim = dice.randrange(len(replicas))
    if kind in ("service", "stop"):
        await (replicas[victim].kill() if kind == "service" else replicas[victim].stop())
        replicas[victim] = await start_replica(home, **settings)
    elif kind in ("worker", "server"):
        ours = {each.pid for each in replicas}
        candidates = set(workers_of(home.folder)) if kind == "worker" else _servers_of(ours)
        if pids := sorted(candidates - ours):
            with suppress(ProcessLookupError):
                os.kill(dice.choice(pids), signal.SIGKILL)
    elif kind == "cancel":
        await _call(home, RemoveDownload(id=dice.choice(wishes[-5:]).id))
    else:
        wish = dice.choice(wishes[-5:])
        await _call(home, PauseDownload(id=wish.id))
        await asyncio.sleep(dice.uniform(0, 0.3))
        await _call(home, ResumeDownload(id=wish.id))


async def _call(home: Home, command: object) -> None:
    try:
        await home.owner.call(command)  # type: ignore[arg-type]
    except MediaNestError:
        return  # it was over already


def _servers_of(replicas: set[int]) -> set[int]:
    """The fork servers, children of the replicas."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in replicas:
            found.add(int(status.parent.name))
    return found


async def _look_at_all(home: Home, wishes: list[Wish]) -> None:
    expected = set()
    for wish in wishes:
        status, failure, files = await wish.row("status", "failure", "files")
        assert status not in ("failed", "waiting") or failure, (wish.video_id, status)
        expected.update(files)
    lying = {name for name in home.files() if not name.startswith(".medianest-staging/")}
    assert lying == expected
    kept = [wish for wish in wishes if wish.parts()]
    for wish in kept:
        assert await wish.row("status") in ("failed", "waiting"), wish.video_id
    by_video = [name for name in lying if name.endswith(".mp4")]
    assert len(by_video) == len({name[-16:] for name in by_video})
    told = [e["assetId"] for e in home.events if e.get("status") == "importing"]
    assert len(told) == len(set(told))


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_memory_is_flat_over_many_jobs(home: Home, youtube: FakeYoutube) -> None:
    """yt-dlp#1949: a process that lives long grows."""
    await home.sandbox.stop("youtube")
    many = int(os.environ.get("CHAOS_JOBS", MANY))
    one = await start_replica(home, youtube_slots=2)
    sizes = []
    try:
        for batch in range(10):
            wishes = [
                await ask(home, youtube.add(Video(id=f"memo{batch:02}{n:05}", seconds=1)))
                for n in range(many // 10)
            ]
            for wish in wishes:
                await wish.becomes(DownloadStatus.IMPORTING, DownloadStatus.READY, within=300)
            sizes.append(_resident(one.pid))
    finally:
        await one.kill()
    # What the first ones need stays; the later ones need nothing more.
    assert sizes[-1] < sizes[2] * 1.1 + 5_000_000, sizes


def _resident(pid: int) -> int:
    [line] = [
        each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS")
    ]
    return int(line.split()[1]) * 1024

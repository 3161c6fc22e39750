"""Services that are killed, stopped or stand still: each download is carried out once all the same."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import RemoveDownload
from medianest_common.contracts.youtube.queue import PauseQueue
from medianest_common.db import Transaction
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.repository.assets import Assets
from services.youtube.tests.conftest import Home
from services.youtube.tests.queueing import PATIENCE, Wish, ask, give_ticket
from services.youtube.tests.replicas import replica
from services.youtube.tests.test_queue_wishes import slow, workers_of

FIRST = "aaaaaaaaaaa"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
SHORT_LEASE = {"youtube_lease_seconds": 2}


@pytest.fixture
async def nobody(home: Home) -> Home:
    """A household whose service does not run."""
    await home.sandbox.stop("youtube")
    return home


async def one_file_and_nothing_else(home: Home, wish: Wish) -> None:
    path = await wish.row("path")

    async def tidy() -> bool:
        assert home.files() == sorted([path, path.removesuffix("mp4") + "jpg"])
        return True

    await eventually(tidy)


async def no_process_is_left(home: Home) -> None:
    async def none() -> bool:
        return workers_of(home.folder) == []

    await eventually(none)


@pytest.mark.long
async def test_killed_while_it_downloads_the_next_goes_on_from_there(
    nobody: Home, youtube: FakeYoutube
) -> None:
    """tubesync#1047: it was "downloading" for ever."""
    video = slow(youtube, FIRST)
    async with replica(nobody, **SHORT_LEASE) as first:
        wish = await ask(nobody, FIRST)
        part = nobody.folder / await wish.has_parts()
        await first.kill()
    await no_process_is_left(nobody)
    kept = part.stat().st_size
    video.faults.rate = None

    async with replica(nobody, **SHORT_LEASE):
        await wish.becomes(*STORED)
        await one_file_and_nothing_else(nobody, wish)
    ranges = [each.range or "" for each in youtube.media_requests(FIRST)]
    assert any(each.startswith(f"bytes={kept}-") for each in ranges)


async def test_stopped_it_hands_back_at_once_and_it_was_no_attempt(
    nobody: Home, youtube: FakeYoutube
) -> None:
    video = slow(youtube, FIRST)
    async with replica(nobody) as first:
        wish = await ask(nobody, FIRST)
        await wish.has_parts()
        await first.stop()
    assert await wish.row("status", "attempts", "lease_until") == ("queued", 0, None)
    assert wish.parts()
    assert workers_of(nobody.folder) == []
    video.faults.rate = None

    async with replica(nobody):
        await wish.becomes(*STORED)
        await one_file_and_nothing_else(nobody, wish)


async def test_who_has_stood_still_writes_nothing_when_somebody_else_has_taken_over(
    nobody: Home, youtube: FakeYoutube
) -> None:
    video = slow(youtube, FIRST)
    # The first one leads, so the other one has to be the one that works, and then stands still.
    async with replica(nobody, **SHORT_LEASE) as leader, replica(nobody, **SHORT_LEASE) as worker:
        leader.freeze()
        wish = await ask(nobody, FIRST)
        for _ in range(10):
            await give_ticket(nobody)
        # Who stands still in the middle of a transaction keeps others out until PostgreSQL ends it.
        await wish.has_parts(within=150)
        assert str(worker.pid) in await wish.row("worker")
        worker.freeze()
        leader.thaw()

        async def taken_over() -> bool:
            epoch, status = await wish.row("epoch", "status")
            return bool(epoch > 1 or status == "queued")

        await eventually(taken_over, within=150)
        video.faults.rate = None
        worker.thaw()
        await wish.becomes(*STORED)
        await one_file_and_nothing_else(nobody, wish)
        assert await wish.row("epoch") > 1
        assert (await wish.events()).count("importing") == 1


@pytest.mark.long
async def test_several_replicas_run_no_more_than_there_are_slots_and_each_video_once(
    nobody: Home, youtube: FakeYoutube
) -> None:
    wishes = []
    async with replica(nobody, youtube_slots=2) as first, replica(nobody, youtube_slots=2) as second:
        for number in range(4):
            video = youtube.add(Video(id=f"video{number:06}"))
            video.faults.rate = 2_000_000
            wishes.append(await ask(nobody, video))
        most = 0
        seen: set[Any] = set()

        async def all_there() -> bool:
            nonlocal most
            rows = await nobody.rows("select worker from assets where lease_until is not null")
            most = max(most, len(rows))
            seen.update(worker for (worker,) in rows)
            [(count,)] = await nobody.rows("select count(*) from assets where stored_at is not null")
            return bool(count == len(wishes))

        await eventually(all_there, within=60)
    assert most <= 2
    assert {first.pid, second.pid} >= {int(worker.rpartition("-")[2]) for worker in seen}
    assert await nobody.rows("select distinct epoch from assets") == [(1,)]


@pytest.mark.long
async def test_cancelled_by_one_replica_while_another_downloads(nobody: Home, youtube: FakeYoutube) -> None:
    slow(youtube, FIRST)
    async with replica(nobody):
        wish = await ask(nobody, FIRST)
        await wish.has_parts()
        async with replica(nobody):
            await nobody.owner.call(RemoveDownload(id=wish.id))

            async def gone() -> bool:
                return nobody.files() == [] and workers_of(nobody.folder) == []

            await eventually(gone)
    assert await wish.row("status") == "cancelled"


def requests_for(youtube: FakeYoutube, video_id: str) -> int:
    return sum(each.video_id == video_id for each in youtube.requests)


async def test_killed_between_the_move_and_the_last_word_only_the_word_is_missing(
    home: Home, youtube: FakeYoutube
) -> None:
    youtube.add(Video(id=FIRST))
    wish = await ask(home, FIRST)
    await wish.becomes(*STORED)
    await one_file_and_nothing_else(home, wish)
    asked = requests_for(youtube, FIRST)
    names = await wish.row("files")
    # As it was just before the commit: the files have been moved, and the database knows nothing of it.
    staging = home.folder / wish.staging
    staging.mkdir(parents=True)
    moves = []
    for name in names:
        found = (home.folder / name).stat()
        moves.append(
            {
                "source": str(staging / Path(name).name),
                "target": str(home.folder / name),
                "inode": found.st_ino,
                "size": found.st_size,
            }
        )
    (staging / "state.json").write_text(json.dumps({"fingerprint": "x", "attempts": 1, "moves": moves}))
    await home.change(
        "update assets set status = 'queued', path = null, files = '{}', stored_at = null where id = :id",
        id=wish.asset_id,
    )
    await give_ticket(home)

    await wish.becomes(*STORED)
    await one_file_and_nothing_else(home, wish)
    assert await wish.row("files") == names
    assert requests_for(youtube, FIRST) == asked


@asynccontextmanager
async def nobody_writes_the_last_word(home: Home) -> AsyncIterator[Transaction]:
    """Whoever notes down what is stored waits for the slots meanwhile, and has moved the files before."""
    async with home.db.transaction() as tx:
        await Assets(tx.session).alone_at_the_slots()
        yield tx


async def test_a_service_killed_just_there_is_followed_by_one_that_only_writes_the_word(
    nobody: Home, youtube: FakeYoutube
) -> None:
    video = slow(youtube, FIRST)
    async with replica(nobody, **SHORT_LEASE) as first:
        wish = await ask(nobody, FIRST)
        await wish.has_parts()
        async with nobody_writes_the_last_word(nobody) as tx:
            video.faults.rate = None

            async def moved() -> bool:
                await tx.session.execute(text("select 1"))  # or PostgreSQL ends it after a while
                return any(name.endswith(".mp4") for name in nobody.files() if name[0] != ".")

            await eventually(moved, within=PATIENCE)
            assert await wish.row("path") is None
            await first.kill()
    await no_process_is_left(nobody)
    asked = requests_for(youtube, FIRST)
    there = [name for name in nobody.files() if name[0] != "."]

    async with replica(nobody, **SHORT_LEASE):
        await wish.becomes(*STORED)
        await one_file_and_nothing_else(nobody, wish)
    assert sorted(await wish.row("files")) == sorted(there)
    assert requests_for(youtube, FIRST) == asked, "YouTube was not asked again"
    assert (await wish.events()).count("importing") == 1


async def test_moved_for_somebody_who_does_not_want_it_any_more_it_comes_out_again(
    home: Home, youtube: FakeYoutube
) -> None:
    await home.owner.call(PauseQueue(reason="A test."))
    wish = await ask(home, youtube.add(Video(id=FIRST)), ticket=False)
    staging, target = home.folder / wish.staging, home.folder / "Show" / "a.mp4"
    staging.mkdir(parents=True)
    target.parent.mkdir()
    target.write_bytes(b"film")
    found = target.stat()
    move = {
        "source": str(staging / "a.mp4"),
        "target": str(target),
        "inode": found.st_ino,
        "size": found.st_size,
    }
    (staging / "state.json").write_text(json.dumps({"fingerprint": "x", "moves": [move]}))

    await home.owner.call(RemoveDownload(id=wish.id))

    async def gone() -> bool:
        """At once, or when the one who tidies up, and was there first, has done so."""
        return home.files() == [] and not target.parent.exists()

    await eventually(gone)


async def test_a_slot_is_not_taken_for_an_hour_by_who_died_before_the_clock_was_set_back(
    nobody: Home, youtube: FakeYoutube
) -> None:
    youtube.add(Video(id=FIRST))
    wish = await ask(nobody, FIRST, ticket=False)
    await nobody.change(
        "update assets set status = 'downloading', epoch = 1, attempts = 1, worker = 'gone',"
        " lease_until = now() + interval '61 minutes'"
    )

    async with replica(nobody, youtube_slots=1, **SHORT_LEASE):
        await wish.becomes(*STORED)
        await one_file_and_nothing_else(nobody, wish)


@pytest.mark.usefixtures("quick_sweep")
async def test_what_is_under_way_while_the_clock_is_set_forward_is_there_once(
    home: Home, youtube: FakeYoutube
) -> None:
    video = slow(youtube, FIRST)
    wish = await ask(home, FIRST)
    await wish.has_parts()
    home.clock.set_by(3600)
    video.faults.rate = None
    await wish.becomes(*STORED)
    await one_file_and_nothing_else(home, wish)

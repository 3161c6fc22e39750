"""Somebody does not want a video, and somebody wants it, at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import RemoveDownload, StartDownload
from medianest_common.db import Transaction
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.app import YoutubeApp
from medianest_youtube.staging import staging
from medianest_youtube.use_cases.clear_staging import clear_staging
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.queueing import Wish, ask

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST = "aaaaaaaaaaa"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


async def nothing_else_lies_there(home: Home, wish: Wish) -> None:
    async def tidy() -> bool:
        files = await wish.row("files")
        assert files and home.files() == sorted(files)
        return True

    await eventually(tidy)


async def test_asked_for_before_the_files_were_deleted_they_are_deleted_first(
    home: Home, youtube: FakeYoutube
) -> None:
    wish = await ask(home, youtube.add(Video(id=FIRST)))
    await wish.becomes(*STORED)
    names, old = await wish.row("files"), (home.folder / await wish.row("path")).stat().st_ino
    # Held, so that the old file is still there to hold its place on the disk under another name.
    (home.folder / "held").hardlink_to(home.folder / await wish.row("path"))
    # As it is between the removal and the deleting of files, where the service may also end.
    async with home.db.transaction() as tx:
        await tx.session.execute(text("update downloads set ended_at = now()"))
        await tx.session.execute(
            text("update assets set status = 'removed', version = version + 1, plex_url = 'https://old'")
        )
        asked = asyncio.create_task(home.owner.call(StartDownload(url=FIRST)))
        await asyncio.sleep(0)
    await asked

    await wish.becomes(*STORED)
    (home.folder / "held").unlink()
    await nothing_else_lies_there(home, wish)
    assert await wish.row("files") == names, "under the same names, which were free"
    assert (home.folder / await wish.row("path")).stat().st_ino != old
    assert await wish.row("plex_url") is None


async def _wants(person: Person) -> None:
    with suppress(RemoteError):
        await person.call(StartDownload(url=FIRST))


async def _wants_no_more(person: Person) -> None:
    mine = await person.home.rows(
        "select id from downloads where user_id = :id and ended_at is null", id=person.id
    )
    for (download_id,) in mine:
        await person.call(RemoveDownload(id=download_id, files=True))


async def test_removed_and_asked_for_by_several_at_once_there_is_one_copy_or_none(
    home: Home, youtube: FakeYoutube
) -> None:
    frida = await home.friend()
    wish = await ask(home, youtube.add(Video(id=FIRST)))
    await wish.becomes(*STORED)

    for _ in range(3):
        await asyncio.gather(
            *(
                does(person)
                for person in (home.owner, frida)
                for does in (_wants_no_more, _wants, _wants_no_more)
            )
        )
    await _wants(home.owner)

    await wish.becomes(*STORED)
    await nothing_else_lies_there(home, wish)


@dataclass
class StoredMeanwhile:
    """A database in which the video is stored as soon as somebody has looked at it."""

    home: Home

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.home.db.transaction() as tx:
            yield tx
        await self.home.change("update assets set status = 'ready'")


async def test_what_is_stored_while_somebody_clears_up_after_it_stays(home: Home) -> None:
    """Whether it is over is decided by who holds its folder, or the file comes out of the library again."""
    await home.sandbox.stop("youtube")
    wish = await ask(home, FIRST, ticket=False)
    await home.change("update assets set status = 'cancelled'")
    source, target = home.folder / wish.staging / "a.mp4", home.folder / "Show" / "a.mp4"
    with staging(home.folder, wish.asset_id) as place:
        place.begin("x")
        source.write_bytes(b"film")
        place.store([(source, target)])
    app = SimpleNamespace(db=StoredMeanwhile(home), folder=home.folder, clock=home.clock)

    await clear_staging(cast("YoutubeApp", app), wish.asset_id)

    assert home.files() == ["Show/a.mp4"]

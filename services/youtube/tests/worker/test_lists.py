"""Playlists and channels, read in pieces."""

import asyncio
import time
from contextlib import aclosing

import psutil
import pytest

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.youtube import FailureCode
from medianest_common.testing.fake_youtube import Channel, Playlist, Tab, Video, numbered
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.urls import ChannelKind, ChannelLink, PlaylistLink, SingleLink
from medianest_youtube.worker.lines import EntriesFound, ListFound
from services.youtube.tests.worker.running import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")

PL = "PL" + "a" * 32


async def read(running: Running, link: SingleLink, **order: int) -> tuple[ListFound, list[EntriesFound]]:
    async with aclosing(running.runner.index(link, **order)) as lines:  # type: ignore[arg-type]
        told = [line async for line in lines]
    about, *pieces = told
    assert isinstance(about, ListFound)
    return about, [piece for piece in pieces if isinstance(piece, EntriesFound)]


async def test_a_long_playlist_comes_in_pieces_and_in_order(running: Running) -> None:
    playlist = running.youtube.add(Playlist(id=PL, title="Long one", videos=numbered(700)))

    about, pieces = await read(running, PlaylistLink(playlist.id))

    assert (about.list_id, about.title, about.count) == (PL, "Long one", 700)
    assert [piece.start for piece in pieces] == list(range(0, 700, 50))
    assert [entry.video_id for piece in pieces for entry in piece.entries] == [v.id for v in playlist.videos]


async def test_reading_goes_on_where_it_was(running: Running) -> None:
    playlist = running.youtube.add(Playlist(id=PL, videos=numbered(300)))

    _, pieces = await read(running, PlaylistLink(playlist.id), start=120, count=70)

    entries = [entry.video_id for piece in pieces for entry in piece.entries]
    assert entries == [video.id for video in playlist.videos[120:190]]
    assert [piece.start for piece in pieces] == [120, 170]


async def test_a_huge_playlist_can_be_left_at_any_moment(running: Running) -> None:
    """metube#232."""
    playlist = running.youtube.add(Playlist(id=PL, videos=numbered(2_000)))
    before = _working(running)

    async with aclosing(running.runner.index(PlaylistLink(playlist.id))) as lines:
        async for line in lines:
            if isinstance(line, EntriesFound):
                break
        began = time.monotonic()
    assert time.monotonic() - began < AT_ONCE
    assert _working(running) == before


async def test_a_reader_that_is_cancelled_leaves_no_process(running: Running) -> None:
    playlist = running.youtube.add(Playlist(id=PL, videos=numbered(2_000)))
    running.youtube.pages.delay = 0.2
    before = _working(running)
    reading = asyncio.create_task(read(running, PlaylistLink(playlist.id)))

    async def works() -> bool:
        return _working(running) > before

    await eventually(works)
    reading.cancel()
    await asyncio.wait([reading], timeout=30)

    assert reading.cancelled()
    assert _working(running) == before


def _working(running: Running) -> int:
    server = running.runner.server_pid
    return len(psutil.Process(server).children()) if server else 0


@pytest.mark.parametrize("by", ["handle", "id"])
async def test_a_channel_with_all_its_tabs(running: Running, by: str) -> None:
    videos = [
        Video(id="video000001", title="A video"),
        Video(id="short000001", title="A short", tab=Tab.SHORTS),
        Video(id="stream00001", title="A stream", tab=Tab.STREAMS),
    ]
    channel = running.youtube.add(Channel(id="UC" + "c" * 22, name="Somebody", handle="@some", videos=videos))
    link = ChannelLink(*((ChannelKind.HANDLE, "some") if by == "handle" else (ChannelKind.ID, channel.id)))

    about, pieces = await read(running, link)

    assert (about.list_id, about.title, about.channel_id) == (channel.id, "Somebody", channel.id)
    entries = {entry.video_id: entry for piece in pieces for entry in piece.entries}
    assert set(entries) == {video.id for video in videos}
    assert entries["short000001"].short
    assert not entries["video000001"].short


async def test_a_preview_of_a_list_shows_the_first_and_how_many_there_are(running: Running) -> None:
    playlist = running.youtube.add(Playlist(id=PL, videos=numbered(30)))

    shown = await running.runner.preview_list(PlaylistLink(playlist.id), first=3)

    assert [entry.title for entry in shown.first] == ["Episode 1", "Episode 2", "Episode 3"]
    assert shown.about.count == 30
    assert not shown.complete
    assert (await running.runner.preview_list(PlaylistLink(playlist.id), first=30)).complete


async def test_an_empty_list(running: Running) -> None:
    playlist = running.youtube.add(Playlist(id=PL, videos=[]))

    shown = await running.runner.preview_list(PlaylistLink(playlist.id))

    assert shown.first == []
    assert shown.complete


@pytest.mark.parametrize(
    "refusal,code",
    [
        ("The playlist does not exist.", FailureCode.REMOVED),
        ("This playlist is private.", FailureCode.PRIVATE),
    ],
)
async def test_a_list_that_cannot_be_had(running: Running, refusal: str, code: FailureCode) -> None:
    running.youtube.add(Playlist(id=PL, refusal=refusal))

    with pytest.raises(NotToBeHad) as refused:
        await running.runner.preview_list(PlaylistLink(PL))

    assert refused.value.failure is code


async def test_a_list_that_is_not_answered_in_time(running: Running) -> None:
    running.youtube.add(Playlist(id=PL, videos=numbered(3)))
    running.youtube.pages.hang = True

    with pytest.raises(NotToBeHad) as refused:
        await running.runner.preview_list(PlaylistLink(PL), timeout=0.5)

    assert refused.value.failure is FailureCode.STALLED

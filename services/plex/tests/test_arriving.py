"""Files that the household has downloaded into a folder of a library."""

import asyncio
from pathlib import Path

import pytest

from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex.arriving import (
    ArrangeCollection,
    FileState,
    FindFolder,
    FolderFound,
    FolderState,
    ReleaseFromCollection,
    ShowFile,
    ShownFile,
)
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_plex import FakePlex
from services.plex.tests.household import Household


def _library(plex: FakePlex, folder: Path, title: str = "YouTube", *, type: str = "show") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    section = plex.library.add_section(title, type="show" if type == "show" else "movie", path=str(folder))
    return str(section.key)


def _episode(folder: Path, day: str, title: str) -> Path:
    file = folder / "Trains [UCtrains]" / "Season 2024" / f"Trains - s2024e{day} - {title} [abcdefghijk].mp4"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"video")
    return file


async def _show(home: Household, file: Path | str, title: str = "A title", **more: str) -> ShownFile:
    return await home.sandbox.bus.call(ShowFile(path=str(file), title=title, **more), timeout=20)


async def _shown(home: Household, file: Path, title: str = "A title", **more: str) -> ShownFile:
    """The first question makes Plex look, the second finds what it has found."""
    await _show(home, file, title, **more)
    return await _show(home, file, title, **more)


async def test_plex_is_told_to_look_where_the_file_is_and_shows_it_with_our_texts(
    home: Household, tmp_path: Path
) -> None:
    key = _library(home.plex, tmp_path)
    file = _episode(tmp_path, "030501", "bad name")

    first = await _show(home, file, "Trains of the Alps", summary="All of them.", published_on="2024-03-05")
    assert (first.state, first.library_key, first.library_title) == (FileState.AWAITED, key, "YouTube")
    assert [scan.path for scan in home.plex.library.scans] == [str(file.parent)]

    shown = await _show(home, file, "Trains of the Alps", summary="All of them.", published_on="2024-03-05")
    assert shown.state is FileState.SHOWN
    assert shown.rating_key is not None
    item = home.plex.library.item(shown.rating_key)
    assert (item.title, item.summary, item.published_on) == (
        "Trains of the Alps",
        "All of them.",
        "2024-03-05",
    )
    assert shown.url is not None
    assert shown.url.endswith(f"%2Flibrary%2Fmetadata%2F{shown.rating_key}")


async def test_many_files_that_come_into_one_folder_together_make_plex_look_once(
    home: Household, tmp_path: Path
) -> None:
    _library(home.plex, tmp_path)
    home.plex.media_server.scans.held = True
    files = [_episode(tmp_path, f"0305{n:02}", f"Part {n}") for n in range(1, 9)]

    states = await asyncio.gather(*(_show(home, file) for file in files))

    assert {shown.state for shown in states} == {FileState.AWAITED}
    home.plex.media_server.scans.advance(100)
    assert len(home.plex.library.scans) == 1


async def test_a_file_in_no_librarys_folder_is_said_to_be_in_none(home: Household, tmp_path: Path) -> None:
    _library(home.plex, tmp_path / "elsewhere")
    file = _episode(tmp_path / "here", "030501", "One")

    assert (await _show(home, file)).state is FileState.NO_LIBRARY
    assert (await _show(home, "/../etc/passwd")).state is FileState.NO_LIBRARY


async def test_the_library_whose_folder_lies_closest_is_meant_unless_one_is_named(
    home: Household, tmp_path: Path
) -> None:
    outer = _library(home.plex, tmp_path, "Everything")
    inner = _library(home.plex, tmp_path / "YouTube", "YouTube")
    file = _episode(tmp_path / "YouTube", "030501", "One")

    assert (await _show(home, file)).library_key == inner
    assert (await _show(home, file, library_key=outer)).library_key == outer


async def test_a_film_library_shows_a_file_that_is_no_episode(home: Household, tmp_path: Path) -> None:
    _library(home.plex, tmp_path, type="movie")
    file = tmp_path / "A walk [abcdefghijk]" / "A walk [abcdefghijk].mp4"
    file.parent.mkdir()
    file.write_bytes(b"video")

    assert (await _shown(home, file, "A walk")).state is FileState.SHOWN


async def test_a_collection_keeps_the_order_of_a_list_and_what_somebody_has_added(
    home: Household, tmp_path: Path
) -> None:
    key = _library(home.plex, tmp_path)
    files = [_episode(tmp_path, f"0305{n:02}", f"Part {n}") for n in range(1, 5)]
    keys = [(await _shown(home, file, f"Part {n}")).rating_key or "" for n, file in enumerate(files, 1)]

    def arranged(*order: int) -> ArrangeCollection:
        return ArrangeCollection(library_key=key, title="Journeys", rating_keys=[keys[n - 1] for n in order])

    await asyncio.gather(*(home.sandbox.bus.call(arranged(2, 3), timeout=30) for _ in range(4)))
    collections = [item for item in home.plex.library.items.values() if item.type == "collection"]
    made = next(item for item in collections if item.title == "Journeys")
    assert sum(item.title == "Journeys" for item in collections) == 1
    assert made.custom_order
    assert [child.title for child in made.children] == ["Part 2", "Part 3"]

    made.children.append(home.plex.library.item(keys[3]))
    await home.sandbox.bus.call(arranged(1, 2, 3), timeout=30)
    assert [child.title for child in made.children] == ["Part 1", "Part 2", "Part 3", "Part 4"]

    await home.sandbox.bus.call(arranged(3, 1, 2), timeout=30)
    assert [child.title for child in made.children] == ["Part 3", "Part 1", "Part 2", "Part 4"]


async def test_what_is_released_leaves_the_collection_which_goes_with_its_last_item(
    home: Household, tmp_path: Path
) -> None:
    key = _library(home.plex, tmp_path)
    files = [_episode(tmp_path, f"0305{n:02}", f"Part {n}") for n in range(1, 4)]
    keys = [(await _shown(home, file, f"Part {n}")).rating_key or "" for n, file in enumerate(files, 1)]
    call = home.sandbox.bus.call
    await call(ArrangeCollection(library_key=key, title="Journeys", rating_keys=keys), timeout=30)

    def titles() -> list[list[str]]:
        collections = [item for item in home.plex.library.items.values() if item.type == "collection"]
        return [[child.title for child in each.children] for each in collections if each.title == "Journeys"]

    first = ReleaseFromCollection(library_key=key, title="JOURNEYS", rating_keys=[*keys[:2], "999999"])
    await asyncio.gather(*(call(first, timeout=30) for _ in range(3)))
    assert titles() == [["Part 3"]]

    last = ReleaseFromCollection(library_key=key, title="Journeys", rating_keys=keys)
    await asyncio.gather(*(call(last, timeout=30) for _ in range(3)))
    assert titles() == []
    assert [home.plex.library.item(each).title for each in keys] == ["Part 1", "Part 2", "Part 3"]
    assert all(file.exists() for file in files)


async def test_administrators_learn_which_library_has_a_folder(home: Household, tmp_path: Path) -> None:
    key = _library(home.plex, tmp_path / "videos", "Videos")

    async def found_for(folder: Path) -> FolderFound:
        return await home.ask(FindFolder(path=str(folder)), role=Role.ADMIN)

    found = await found_for(tmp_path / "videos" / "youtube")
    nowhere = await found_for(tmp_path / "elsewhere")

    assert (found.state, found.library_key, found.library_title) == (FolderState.FOUND, key, "Videos")
    assert (nowhere.state, nowhere.library_key) == (FolderState.NO_LIBRARY, None)


async def test_nobody_else_is_told_about_folders(home: Household, tmp_path: Path) -> None:
    with pytest.raises(RemoteError) as refused:
        await home.ask(FindFolder(path=str(tmp_path)))
    assert refused.value.code == "FORBIDDEN"

import fcntl
import multiprocessing
import os
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import IO
from uuid import UUID

import pytest

from medianest_common.contracts.youtube.profiles import Layout, ProfileChoices, Quality
from medianest_youtube import staging as staging_module
from medianest_youtube.staging import (
    FOLDER,
    FileTaken,
    OtherFileSystem,
    StagingTaken,
    check_file_system,
    fingerprint,
    remove_file,
    staged_bytes,
    staging,
)

ASSET = UUID(int=1)


def discard(root: Path) -> None:
    with staging(root, ASSET) as held:
        held.discard()


def test_what_an_attempt_has_left_is_there_for_the_next(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        assert held.begin("a").attempts == 1
        (held.folder / "video.mp4.part").write_bytes(b"half")
    with staging(tmp_path, ASSET) as held:
        assert held.begin("a").attempts == 2
        assert [file.name for file in held.files] == ["video.mp4.part"]
        assert staged_bytes(tmp_path, ASSET) >= 4
    assert staged_bytes(tmp_path, UUID(int=2)) == 0


def test_what_was_fetched_with_other_choices_is_thrown_away() -> None:
    """tubesync#164, tubesync#169."""
    one, other = ProfileChoices(), ProfileChoices(quality=Quality.HD_720P)

    assert fingerprint("a" * 11, one) != fingerprint("a" * 11, other)
    assert fingerprint("a" * 11, one) != fingerprint("b" * 11, one)
    assert fingerprint("a" * 11, one) == fingerprint("a" * 11, ProfileChoices(layout=Layout.VIDEO))


def test_leftovers_of_other_choices_go(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        (held.folder / "old.part").write_bytes(b"x")
        (held.folder / "folder").mkdir()

        assert held.begin("b").attempts == 1
        assert held.files == []


def test_a_state_that_cannot_be_read_is_a_beginning(tmp_path: Path) -> None:
    """metube#315."""
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        (held.folder / "state.json").write_bytes(b'{"fingerp')
        (held.folder / "old.part").write_bytes(b"x")

        assert held.begin("a").attempts == 1
        assert held.files == []


def _hold(root: Path, held: Event, release: Event) -> None:
    with staging(root, ASSET):
        held.set()
        release.wait(60)


def test_only_one_process_works_on_an_asset_and_the_lock_ends_with_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    is_held, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, is_held, release))
    other.start()
    try:
        assert is_held.wait(60)
        with pytest.raises(StagingTaken), staging(tmp_path, ASSET):
            pass
        with pytest.raises(StagingTaken):
            discard(tmp_path)
    finally:
        other.kill()
        other.join()
    with staging(tmp_path, ASSET):
        pass


def _prepared(root: Path) -> tuple[list[tuple[Path, Path]], Path]:
    library = root / "Show" / "Season 2024"
    folder = root / FOLDER / ASSET.hex
    (folder / "x.jpg").write_bytes(b"picture")
    (folder / "x.mp4").write_bytes(b"video")
    return [(folder / "x.jpg", library / "Title.jpg"), (folder / "x.mp4", library / "Title.mp4")], library


def test_files_move_into_the_library_whole(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        moves, library = _prepared(tmp_path)
        held.store(moves)

        assert (library / "Title.mp4").read_bytes() == b"video"
        assert (library / "Title.jpg").read_bytes() == b"picture"
        assert held.files == []
        # A redelivered job, or a crash before the note in the database. tubesync#1251
        held.store(moves)
        assert (library / "Title.mp4").read_bytes() == b"video"


def test_a_move_that_was_interrupted_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = staging_module._move

    def crash(move: staging_module.Move) -> None:
        if move.target.endswith(".mp4"):
            raise KeyboardInterrupt
        moved(move)

    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        moves, library = _prepared(tmp_path)
        monkeypatch.setattr(staging_module, "_move", crash)
        with pytest.raises(KeyboardInterrupt):
            held.store(moves)
        monkeypatch.setattr(staging_module, "_move", moved)
        assert [file.name for file in library.iterdir()] == ["Title.jpg"]

    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        held.store(moves)
        assert sorted(file.name for file in library.iterdir()) == ["Title.jpg", "Title.mp4"]


def test_another_file_is_never_written_over_and_nothing_has_moved_then(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        moves, library = _prepared(tmp_path)
        library.mkdir(parents=True)
        (library / "Title.mp4").write_bytes(b"somebody else's")

        with pytest.raises(FileTaken):
            held.store(moves)

        assert (library / "Title.mp4").read_bytes() == b"somebody else's"
        assert not (library / "Title.jpg").exists()
        assert len(held.files) == 2


@pytest.mark.parametrize("missing", ["nothing", "renameat2", "renameat2 and links"])
def test_a_name_taken_at_the_last_moment_is_not_written_over_on_any_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    source, taken, free = tmp_path / "source", tmp_path / "taken", tmp_path / "free"
    source.write_bytes(b"ours")
    taken.write_bytes(b"theirs")
    if missing != "nothing":
        monkeypatch.setattr(staging_module, "_RENAME_NOREPLACE", 1 << 30)  # the kernel: no such flag
    if missing.endswith("links"):

        def no_links(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)

    with pytest.raises(FileExistsError):
        staging_module._rename_to_free_name(source, taken)
    assert taken.read_bytes() == b"theirs"
    staging_module._rename_to_free_name(source, free)
    assert free.read_bytes() == b"ours"
    assert not source.exists()


def test_what_was_downloaded_and_is_gone_is_an_error(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        with pytest.raises(FileNotFoundError):
            held.store([(held.folder / "x.mp4", tmp_path / "Title.mp4")])


def test_what_has_moved_can_be_taken_back_with_its_folders(tmp_path: Path) -> None:
    with staging(tmp_path, ASSET) as held:
        held.begin("a")
        moves, library = _prepared(tmp_path)
        held.store(moves)

        held.take_back()

    assert not library.parent.exists()
    assert tmp_path.exists()


def test_a_folder_that_holds_something_else_stays(tmp_path: Path) -> None:
    show = tmp_path / "Show"
    show.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (show / name).touch()

    remove_file(show / "a.mp4", root=tmp_path)

    assert [file.name for file in show.iterdir()] == ["b.mp4"]


def test_a_library_on_another_disk_is_told_at_the_start(tmp_path: Path) -> None:
    check_file_system(tmp_path, tmp_path)

    with pytest.raises(OtherFileSystem, match="different disks"):
        check_file_system(tmp_path, Path("/proc"))


def test_a_folder_that_is_thrown_away_while_somebody_begins_in_it_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled and asked for again at once: the lock must be that of the folder which is there."""
    discard_first = [True]
    flock = fcntl.flock

    def late(lock: IO[str], operation: int) -> None:
        if discard_first.pop() if discard_first else False:
            discard(tmp_path)
        flock(lock, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with staging(tmp_path, ASSET) as held:
        assert held.begin("a").attempts == 1
        with pytest.raises(StagingTaken), staging(tmp_path, ASSET):
            pass

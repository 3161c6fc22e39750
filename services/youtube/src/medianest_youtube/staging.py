"""Where a download lies until it is whole: a folder for each asset, on the file system of the library.

The folder outlives attempts, so that the next one goes on where the last one was killed. Only one process works in
it at a time. The move into the library is a rename: a file is there whole or not at all, and never in place of another.
"""

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.errors import Conflict, MediaNestError, Unavailable

FOLDER = ".medianest-staging"
"""Below the download folder; media servers pass over what begins with a dot."""

_LOCK, _STATE = "lock", "state.json"
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


class StagingTaken(Unavailable):
    """Another process still works on this asset."""


class FileTaken(Conflict):
    """Another file has this name. The asset needs a name that tells it apart."""


class OtherFileSystem(MediaNestError):
    """The staging folder and the library are on different file systems, so that no move would be atomic."""


class Move(BaseModel):
    """`inode` and `size` tell the file again after a crash between the move and its note in the database."""

    model_config = ConfigDict(frozen=True)

    source: str
    target: str
    inode: int
    size: int


class State(BaseModel):
    fingerprint: str
    attempts: int = 0
    moves: list[Move] = []


def fingerprint(video_id: str, choices: ProfileChoices) -> str:
    """Changes with all that decides what the files hold; not with where they will lie."""
    content = choices.model_dump(mode="json", exclude={"layout", "naming", "library_key", "nfo"})
    return hashlib.sha256(json.dumps([video_id, content], sort_keys=True).encode()).hexdigest()


def check_file_system(root: Path, *libraries: Path) -> None:
    """Asked at the start, so that nobody finds out after the first download. Raises `OtherFileSystem`."""
    staging = root / FOLDER
    staging.mkdir(parents=True, exist_ok=True)
    for library in libraries:
        if library.stat().st_dev != staging.stat().st_dev:
            raise OtherFileSystem(
                "The folder for downloads and the library's folder are on different disks. "
                "Point the download folder at the disk of the library."
            )


@dataclass(frozen=True, slots=True)
class Staging:
    """One asset's folder, locked."""

    root: Path
    folder: Path

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.name not in (_LOCK, _STATE))

    def begin(self, fingerprint: str) -> State:
        """For one more attempt: what an attempt with other choices has left is thrown away."""
        state = self.state()
        if state is None or state.fingerprint != fingerprint:
            self.empty()
            state = State(fingerprint=fingerprint)
        state = state.model_copy(update={"attempts": state.attempts + 1})
        self._keep(state)
        return state

    def state(self) -> State | None:
        try:
            return State.model_validate_json((self.folder / _STATE).read_bytes())
        except (OSError, ValueError):
            return None

    def empty(self) -> None:
        """From the beginning: after a broken file, or other choices."""
        for path in self.files:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        (self.folder / _STATE).unlink(missing_ok=True)

    def store(self, moves: Sequence[tuple[Path, Path]]) -> None:
        """From here into the library, the media file last, and all of it on the disk when this returns.

        May be called again after a crash. Raises `FileTaken` before anything has been moved.
        """
        state = self.state() or State(fingerprint="")
        noted = {move.target: move for move in state.moves}
        planned = []
        for source, target in moves:
            if source.exists():
                known = source.stat()
                planned.append(
                    Move(source=str(source), target=str(target), inode=known.st_ino, size=known.st_size)
                )
            elif (move := noted.get(str(target))) and _is_moved(move):
                planned.append(move)
            else:
                raise FileNotFoundError(errno.ENOENT, "what was downloaded is not there any more")
        for move in planned:
            if Path(move.target).exists() and not _is_moved(move):
                raise FileTaken("A file of this name is there already.")
        self._keep(state.model_copy(update={"moves": planned}))
        for move in planned:
            _move(move)
        for folder in sorted({Path(move.target).parent for move in planned}):
            _sync_folder(folder)

    def take_back(self) -> None:
        """What this asset has moved into the library, and its folders if nothing else is in them."""
        state = self.state()
        for move in state.moves if state else []:
            if _is_moved(move):
                remove_file(Path(move.target), root=self.root)

    def discard(self) -> None:
        """Nothing of the asset is left here."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, state: State) -> None:
        new = self.folder / f"{_STATE}.new"
        with new.open("w", encoding="utf-8") as file:
            file.write(state.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _STATE)
        _sync_folder(self.folder)


@contextmanager
def staging(root: Path, asset_id: UUID) -> Iterator[Staging]:
    """Locked as long as this process lives, however it ends. Raises `StagingTaken`."""
    folder = _folder(root, asset_id)
    with _locked(folder):
        yield Staging(root, folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = (folder / _LOCK).open("w")
        except FileNotFoundError:
            continue  # thrown away between the two
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StagingTaken("The process before still works on it.", retry_after=5) from None
            # A lock on a file that has been thrown away meanwhile would keep nobody out.
            if _is_still(folder / _LOCK, lock.fileno()):
                yield
                return


def _is_still(path: Path, opened: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(opened))
    except FileNotFoundError:
        return False


def staged_bytes(root: Path, asset_id: UUID) -> int:
    """What lies there of an asset, whoever works on it at this moment."""
    size = 0
    try:
        entries = list(os.scandir(_folder(root, asset_id)))
    except (FileNotFoundError, NotADirectoryError):
        return 0
    for entry in entries:
        with suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False):
                size += entry.stat(follow_symlinks=False).st_size
    return size


def is_whole(root: Path, asset_id: UUID) -> bool:
    """Nothing more is written of it: it is on its way into the library, or there already."""
    state = Staging(root, _folder(root, asset_id)).state()
    return bool(state and state.moves)


def write_new(content: bytes, target: Path, *, root: Path) -> bool:
    """All of it or nothing, and never in place of another file, nor into a folder that is not there. False: it was
    not written. Only one process at a time may write this target."""
    part = root / FOLDER / f"{hashlib.sha256(os.fsencode(target)).hexdigest()}.new"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _rename_to_free_name(part, target)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def remove_file(path: Path, *, root: Path) -> None:
    """And the folders above it, up to the root, as far as they are empty then."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or root not in folder.parents:
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _folder(root: Path, asset_id: UUID) -> Path:
    return root / FOLDER / asset_id.hex


def _is_moved(move: Move) -> bool:
    try:
        found = Path(move.target).stat()
    except OSError:
        return False
    return found.st_ino == move.inode and found.st_size == move.size


def _move(move: Move) -> None:
    source, target = Path(move.source), Path(move.target)
    if not source.exists():
        return
    with source.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _rename_to_free_name(source, target)
    except FileExistsError:
        if not _is_moved(move):
            raise FileTaken("A file of this name is there already.") from None
        source.unlink()
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise OtherFileSystem("The library's folder is on another disk than the downloads.") from None
        raise


def _rename_to_free_name(source: Path, target: Path) -> None:
    """Atomic and never over another file: by the kernel where it can, else by a second link to the file."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        if not renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE):
            return
        error = ctypes.get_errno()
        if error not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise OSError(error, os.strerror(error))
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            raise
        # A file system without links, such as exFAT: the name is taken first, so that nobody else can.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL))
        os.replace(source, target)
    else:
        source.unlink()


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""Putting what was restored where it belongs, and what was there before aside.

All of it has been made beside, in `restoring` of the data folder, and a list says what has to be moved. Once that list
is there, the moves are done to the end, if not now then by the next start: each can be repeated.
"""

import json
import os
import shutil
from pathlib import Path

_LIST = "moves.json"


class Place:
    def __init__(self, data_dir: Path, *, aside: str) -> None:
        self._data_dir = data_dir
        self.folder = data_dir / "restoring"
        self.aside = data_dir / aside

    def begin(self) -> None:
        """Empty; what an interrupted restore has left there was never in use."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)

    def give_up(self) -> None:
        if not (self.folder / _LIST).exists():
            shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        for parent in reversed(path.relative_to(self.folder).parents):
            (self.folder / parent).mkdir(mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())

    def prepare(self, *, replace: list[str], remove: list[str]) -> None:
        """All that needs room on the disk. Nothing is decided by it."""
        moves = {"aside": self.aside.name, "replace": replace, "remove": remove}
        self.write(f".{_LIST}", json.dumps(moves).encode())

    def put_in_place(self) -> bool:
        """From here on it is restored. Returns whether anything was put aside."""
        (self.folder / f".{_LIST}").replace(self.folder / _LIST)
        finish(self._data_dir)
        return self.aside.exists()


def is_unfinished(data_dir: Path) -> bool:
    """An interrupted restore has left moves to be done. Until then the keys may be missing, and none may be made."""
    return (data_dir / "restoring" / _LIST).exists()


def finish(data_dir: Path) -> None:
    """Does nothing where there is nothing to finish. Nobody else may use the folder meanwhile."""
    folder = data_dir / "restoring"
    try:
        moves = json.loads((folder / _LIST).read_text())
    except FileNotFoundError:
        return
    aside = data_dir / moves["aside"]
    for name in moves["remove"]:
        _move(data_dir / name, aside / name)
    for name in moves["replace"]:
        fresh = folder / name
        if fresh.exists():
            _move(data_dir / name, aside / name)
            _move(fresh, data_dir / name)
    shutil.rmtree(folder)


def _move(here: Path, there: Path) -> None:
    if here.exists():
        there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        here.rename(there)

"""A file that is there whole or not at all."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from medianest.errors import Refused


class Draft:
    """Written beside its place, for its owner only, and moved there by `keep`, when it is on the disk. What a killed
    writer left behind is written over by the next one of the same name, or goes by `remove_abandoned`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        self.file: IO[bytes]

    def __enter__(self) -> Self:
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Refused(f"{self._path} cannot be written: {error.strerror}.") from None
        self.file = os.fdopen(descriptor, "w+b")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.close()
            raise Refused(f"Somebody else is writing {self._path} just now.") from None
        os.fchmod(descriptor, 0o600)
        self.file.truncate(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draft.unlink(missing_ok=True)
        try:
            self.file.close()
        except OSError:
            # What could not be written is not wanted any more; the first failure is the one that is told.
            if error is None:
                raise

    def keep(self) -> int:
        """Returns how large it is."""
        self.file.flush()
        os.fsync(self.file.fileno())
        size = self.file.tell()
        self._draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return size


def remove_abandoned(folder: Path) -> None:
    """Drafts of backups that bear a name as we give it, and whose writer was killed."""
    for draft in folder.glob(".medianest-*.part"):
        with suppress(OSError), open(os.open(draft, os.O_RDWR | os.O_NOFOLLOW), "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()

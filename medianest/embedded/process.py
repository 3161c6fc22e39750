"""One server process: started, watched, started again when it dies, stopped; never left behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

import structlog

from medianest.embedded.binaries import LAUNCHER
from medianest.errors import ServerDidNotStart

log = structlog.get_logger()

# Long, because PostgreSQL may have to replay its log first.
_READY_SECONDS = 120.0
STOP_SECONDS = 2.5
_POLL_SECONDS = 0.005
_RESTART_DELAYS = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0)
_STEADY_SECONDS = 30.0
_LOG_BYTES = 1_000_000
_LOG_SECONDS = 60.0


class Server(Protocol):
    """How one kind of server is run; `mark` is the part of its command line that no other process has."""

    name: str
    mark: str
    mode: str
    environment: dict[str, str]
    stop_signal: signal.Signals

    async def prepare(self) -> None:
        """Write configuration; make the data where there is none. Called before every start."""
        ...

    def command(self) -> list[str]: ...

    async def is_ready(self, pid: int) -> bool: ...

    def find_port(self) -> None:
        """Take another port if somebody else has taken ours."""
        ...


class SupervisedServer:
    """`own_log` keeps what the process says in a file of its own instead of passing it on. One that has not stopped
    after `stop_seconds` is killed."""

    def __init__(
        self, server: Server, *, folder: Path, own_log: bool = True, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self.server = server
        self._stop_seconds = stop_seconds
        self._own_log = own_log
        self._log_path = folder / "logs" / f"{server.name}.log"
        self._pid_path = folder / f"{server.name}.pid"
        self._process: asyncio.subprocess.Process | None = None
        self._watchers: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int:
        """Of the process that runs now; between a death and the restart that of the dead one."""
        if self._process is None:
            raise RuntimeError(f"{self.server.name} is not started")
        return self._process.pid

    async def start(self, *, attempts: int = 4) -> None:
        await asyncio.to_thread(self._reclaim)
        for attempt in range(attempts):
            if attempt:
                self.server.find_port()
            await self.server.prepare()
            if await self._spawn():
                self._watchers = [
                    asyncio.create_task(self._watch(), name=f"watch {self.server.name}"),
                    asyncio.create_task(self._bound_log(), name=f"bound the log of {self.server.name}"),
                ]
                return
        raise ServerDidNotStart(
            f"{self.server.name} does not start. It says:\n{self._last_words()}\n(all of it: {self._log_path})"
        )

    async def stop(self) -> None:
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(self.server.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self._stop_seconds)
            except TimeoutError:
                log.warning("server_killed", server=self.server.name, after_seconds=self._stop_seconds)
                process.kill()
                await process.wait()
        self._pid_path.unlink(missing_ok=True)

    async def _spawn(self) -> bool:
        """False when the process ended or stayed mute before it was ready."""
        with self._open_log() as output:
            self._process = process = await asyncio.create_subprocess_exec(
                *launched(self.server.command(), mode=self.server.mode, stop_signal=self.server.stop_signal),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.server.environment},
                start_new_session=True,
            )
        self._pid_path.write_text(str(process.pid))
        deadline = time.monotonic() + _READY_SECONDS
        while process.returncode is None:
            if await self.server.is_ready(process.pid):
                return True
            if time.monotonic() > deadline:
                process.kill()
                await process.wait()
                break
            await asyncio.sleep(_POLL_SECONDS)
        return False

    async def _watch(self) -> None:
        failures = 0
        while self._process is not None:
            since = time.monotonic()
            code = await self._process.wait()
            log.warning("server_died", server=self.server.name, exit_code=code)
            if time.monotonic() - since > _STEADY_SECONDS:
                failures = 0
            while True:
                await asyncio.sleep(_RESTART_DELAYS[min(failures, len(_RESTART_DELAYS) - 1)])
                failures += 1
                if await self._restarted():
                    break
            log.info("server_restarted", server=self.server.name, pid=self.pid)

    async def _restarted(self) -> bool:
        try:
            await self.server.prepare()
            ready = await self._spawn()
        except OSError as error:
            log.warning("server_restart_failed", server=self.server.name, error=str(error))
            return False
        if not ready:
            log.warning("server_restart_failed", server=self.server.name, error=self._last_words(lines=3))
        return ready

    def _reclaim(self) -> None:
        """End what an earlier run, killed without a chance to clean up, has left: only if it really is our server."""
        with contextlib.suppress(OSError, ValueError):
            pid = int(self._pid_path.read_text())
            deadline = time.monotonic() + STOP_SECONDS
            while self.server.mark in command_line(pid):
                late = time.monotonic() > deadline
                os.kill(pid, signal.SIGKILL if late else self.server.stop_signal)
                time.sleep(0.02)

    def _open_log(self) -> AbstractContextManager[IO[bytes] | None]:
        if not self._own_log:
            return contextlib.nullcontext()
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        return self._log_path.open("ab")

    async def _bound_log(self) -> None:
        while self._own_log:
            try:
                await asyncio.to_thread(bound_log, self._log_path)
            except OSError as error:
                log.warning("log_not_bounded", server=self.server.name, error=str(error))
            await asyncio.sleep(_LOG_SECONDS)

    def _last_words(self, *, lines: int = 12) -> str:
        try:
            text = self._log_path.read_text(errors="replace")
        except OSError:
            return "(nothing)"
        return "\n".join(text.splitlines()[-lines:]) or "(nothing)"


def bound_log(path: Path, *, most: int = _LOG_BYTES) -> None:
    """Begin the log anew once it is too long, and keep the one before. Whoever writes appends, and goes on in it."""
    with path.open("r+b") as handle:
        if os.fstat(handle.fileno()).st_size > most:
            with path.with_suffix(".old.log").open("wb") as before:
                shutil.copyfileobj(handle, before)
            handle.truncate(0)


def launched(command: list[str], *, mode: str, stop_signal: signal.Signals) -> list[str]:
    """The command, such that it ends by itself with `stop_signal` when this process is gone."""
    return [
        sys.executable,
        "-I",
        "-S",
        str(LAUNCHER),
        str(os.getpid()),
        str(int(stop_signal)),
        mode,
        *command,
    ]


def command_line(pid: int) -> str:
    """Empty when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout

"""PostgreSQL for a small machine: little memory at rest, nothing given up in durability."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg

from medianest.embedded.binaries import Version, find_postgres, version_of
from medianest.embedded.data_folder import Kept, may_be_socket, write_private
from medianest.embedded.process import command_line, launched
from medianest.errors import ServerDidNotStart, ServerNotFound, SetupError

DATABASE = "medianest"

ROOT_MODES = ("user_namespace", "nobody")
"""What root tries, in this order."""

_INITDB_SECONDS = 120.0
_CONNECT_SECONDS = 10.0

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "superuser_reserved_connections": "3",
    "shared_buffers": "32MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum_max_workers": "2",
    "max_worker_processes": "2",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "idle_in_transaction_session_timeout": "20s",
    "client_connection_check_interval": "5s",
    "update_process_title": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
_SMALL = {"shared_buffers": "12MB", "work_mem": "2MB", "maintenance_work_mem": "16MB"}
_OPTIONS_SINCE_18 = {"io_method": "sync", "autovacuum_worker_slots": "2"}

# Our passwords are 192 random bits, which no count makes safer; the default of 4096 makes every new connection slow.
_SCRAM_ITERATIONS = 16


class PostgresServer:
    name = "postgres"
    stop_signal = signal.SIGINT

    def __init__(self, *, folder: Path, kept: Kept, binary: str | None, small: bool = False) -> None:
        self._folder = folder
        self._data = folder / "postgres"
        self._kept = kept
        self._setting = binary
        self._small = small
        self._path = Path()
        self._version: Version = ()
        self._port = kept.last_port("postgres")
        self._database_known = False
        self.mode = "as_is"
        self.mark = f"-D {self._data}"
        self.environment = {"PGPASSWORD": "", "LC_ALL": "C"}

    @property
    def url(self) -> str:
        return self._url(DATABASE)

    @property
    def url_by_socket(self) -> str | None:
        """None where the folder lies too deep for a socket."""
        if not self._has_socket():
            return None
        place = urlencode({"host": str(self._data), "port": self._port})
        return f"postgresql://postgres:{quote(self._kept.password('postgres'))}@/{DATABASE}?{place}"

    def _has_socket(self) -> bool:
        return may_be_socket(self._data / ".s.PGSQL.65535")

    async def prepare(self) -> None:
        if not self._version:
            path = find_postgres(self._setting)
            await self._choose_mode(path)
            self.find_port()
        if not self._data.exists():
            await self._initialise()
        self._check_data_version()
        self._forget_recycled_pid()

    def find_port(self) -> None:
        self._port = self._kept.port("postgres")

    def command(self) -> list[str]:
        options = _OPTIONS | (_OPTIONS_SINCE_18 if self._version >= (18,) else {})
        options |= _SMALL if self._small else {}
        options["scram_iterations"] = str(_SCRAM_ITERATIONS)
        # In the data folder, where nobody else may enter.
        options["unix_socket_directories"] = str(self._data) if self._has_socket() else ""
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self._path), "-D", str(self._data), "-p", str(self._port), *flags]

    async def is_ready(self, pid: int) -> bool:
        """By the postmaster's own word in its pid file (what pg_ctl does); the first time also makes our database."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        if len(lines) < 8 or lines[0] != str(pid) or lines[7].strip() != "ready":
            return False
        if not self._database_known:
            await self._create_database()
        return True

    def _url(self, database: str) -> str:
        return f"postgresql://postgres:{quote(self._kept.password('postgres'))}@127.0.0.1:{self._port}/{database}"

    async def _choose_mode(self, path: Path) -> None:
        """PostgreSQL refuses to run as root: then in a user namespace, or as nobody, from a copy if need be."""
        if os.geteuid() != 0:
            self._version = await version_of("PostgreSQL", [str(path)])
            self._path = path
            return
        reasons = []
        for mode in ROOT_MODES:
            for place in (path, self._copy_of(path)):
                if mode == "nobody" and not _open_to_everybody(self._folder.parent):
                    reasons.append(f"not every user may enter {self._folder.parent}")
                    break
                if place != path and not place.exists():
                    await asyncio.to_thread(shutil.copytree, path.parents[1], place.parents[1], symlinks=True)
                try:
                    self._version = await version_of(
                        "PostgreSQL", launched([str(place)], mode=mode, stop_signal=signal.SIGTERM)
                    )
                except ServerNotFound as error:
                    reasons.append(str(error))
                    continue
                self._path, self.mode = place, mode
                return
        raise SetupError(
            "PostgreSQL refuses to run as root, and neither a user namespace nor the user nobody could be used "
            f"({'; '.join(reasons)}). Run MediaNest as an ordinary user, or set MEDIANEST_DATA_DIR "
            "to a folder every user may enter."
        )

    def _copy_of(self, path: Path) -> Path:
        return self._folder / "pginstall" / "bin" / path.name

    async def _initialise(self) -> None:
        """In a folder beside, renamed when complete, so that an interrupted first start begins afresh."""
        fresh, password_file = self._folder / "postgres.new", self._folder / "postgres.password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        write_private(password_file, self._kept.password("postgres"))
        if self.mode == "nobody":
            nobody = pwd.getpwnam("nobody")
            self._folder.chmod(0o711)
            for path in (fresh, password_file):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        command = [
            *(
                str(self._path.with_name("initdb")),
                "-D",
                str(fresh),
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C",
            ),
            *(
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "-c",
                f"scram_iterations={_SCRAM_ITERATIONS}",
            ),
        ]
        process = await asyncio.create_subprocess_exec(
            *launched(command, mode=self.mode, stop_signal=signal.SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _INITDB_SECONDS)
        finally:
            password_file.unlink()
            if process.returncode is None:
                # With those that it has started itself.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode != 0:
            raise ServerDidNotStart(
                f"PostgreSQL could not make its data folder:\n{output.decode(errors='replace')}"
            )
        fresh.rename(self._data)

    def _check_data_version(self) -> None:
        made_by = int((self._data / "PG_VERSION").read_text())
        if made_by != self._version[0]:
            raise SetupError(
                f"The data in {self._data} was made by PostgreSQL {made_by}, but {self._path} is version "
                f"{self._version[0]}. Name a PostgreSQL {made_by} with MEDIANEST_POSTGRES_BIN, take a backup with "
                "it and restore it here."
            )

    def _forget_recycled_pid(self) -> None:
        """After a crash the pid in the lock file may be somebody else's by now, and PostgreSQL would refuse to start.

        Its parent's pid it ignores, and still checks the shared memory named in the file for surviving back ends.
        """
        for lock in (self._data / "postmaster.pid", *self._data.glob(".s.PGSQL.*.lock")):
            self._forget_pid_in(lock)

    def _forget_pid_in(self, lock: Path) -> None:
        if not lock.exists():
            return
        first, newline, rest = lock.read_text().partition("\n")
        if first.isdecimal() and self.mark not in command_line(int(first)):
            with lock.open("r+") as handle:
                handle.write(f"{os.getpid()}{newline}{rest}")
                handle.truncate()

    async def _create_database(self) -> None:
        connection = await asyncpg.connect(self._url("postgres"), timeout=_CONNECT_SECONDS)
        try:
            known = await connection.fetchval(
                "select true from pg_database where datname = $1", DATABASE, timeout=_CONNECT_SECONDS
            )
            if not known:
                await connection.execute(f"create database {DATABASE}", timeout=_CONNECT_SECONDS)
        finally:
            await connection.close(timeout=_CONNECT_SECONDS)
        self._database_known = True


def _open_to_everybody(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))

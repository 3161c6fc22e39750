"""`medianest doctor`: each part of an installation looked at, with a sentence on how to mend it."""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path

from medianest import registry
from medianest.doctor_backups import backups
from medianest.doctor_inside import door, inside
from medianest.doctor_plex import found_server
from medianest.doctor_tables import tables
from medianest.doctor_upstreams import upstreams
from medianest.embedded.binaries import BinarySettings, find_nats, find_postgres, find_valkey, version_of
from medianest.embedded.servers import urls_of_running
from medianest.errors import SetupError
from medianest.finding import Finding, bad, good
from medianest.installation import (
    check_settings,
    hindrance,
    on_running_servers,
    reachable,
    read_settings,
)
from medianest.operator_bus import operator_connection
from medianest_common.clock import SystemClock
from medianest_common.figures import LEAST_FREE
from medianest_common.settings import Settings, SettingsError

_TIMEOUT = 10.0
_LEAST_PYTHON = (3, 12)


async def examine() -> list[Finding]:
    findings = [_python()]
    try:
        settings = read_settings()
        check_settings(registry.services())
    except (SettingsError, ValueError) as error:
        return [*findings, bad("settings", str(error), "Correct the variables named here, then try again.")]
    findings.append(good("settings", "valid"))
    findings.append(await asyncio.to_thread(_data_folder, settings.data_dir))
    findings.extend(await asyncio.to_thread(lambda: list(_keys(settings))))
    running = urls_of_running(settings.data_dir) is not None
    if running:
        findings.append(good("running", f"MediaNest runs on {settings.data_dir}"))
    else:
        findings.append(_port(settings))
    findings.extend([finding async for finding in _binaries(settings)])
    if all(finding.fine for finding in findings):
        findings.extend([finding async for finding in _servers(settings)])
    said = None
    if present := on_running_servers(settings):
        said = await inside(present, clock=SystemClock(), is_here=running)
    findings.extend(said if said is not None else [await backups(SystemClock())])
    if said is not None:
        findings.extend(await door(settings.base_url))
    findings.extend(await upstreams(settings))
    return findings


def show(findings: Iterable[Finding]) -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        console.print("[green]ok [/]" if finding.fine else "[red]BAD[/]", end=" ")
        console.print(f"{finding.name}: {finding.text}", markup=False)
        if finding.mend:
            console.print(f"    → {finding.mend}", markup=False)


def _python() -> Finding:
    text = f"{platform.python_version()} on {platform.platform()}"
    if sys.version_info < _LEAST_PYTHON:
        return bad("python", text, "Python 3.12 or newer is needed; `make venv` fetches one.")
    return good("python", text)


def _data_folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            os.fsync(probe.fileno())
    except OSError as error:
        return bad(
            "data folder",
            f"{folder} cannot be written: {error.strerror}",
            "Give your user the right to write there, or set MEDIANEST_DATA_DIR to another folder.",
        )
    free = shutil.disk_usage(folder).free
    text = f"{folder} can be written, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return bad(
            "data folder", text, "Free some space: below 1 GB downloads stop and PostgreSQL may follow."
        )
    return good("data folder", text)


def _keys(settings: Settings) -> Iterator[Finding]:
    """Only what is wrong with them; before the first start there are none."""
    from medianest_common.lifecycle import keyring_file, load_keys

    if settings.secret_key is None and not keyring_file(settings).exists():
        return
    try:
        ring = load_keys(settings)
    except SettingsError as error:
        yield bad("keys", str(error), "Bring the keyring back from a backup, or mend what is named here.")
        return
    if ring.old:
        yield bad(
            "keys",
            f"the change to the key {ring.primary} is not finished, so {', '.join(ring.old)} still opens secrets",
            "`medianest admin rotate-keys` goes on with it.",
        )


def _port(settings: Settings) -> Finding:
    if reason := hindrance(settings):
        return bad(
            "address",
            f"{settings.host}:{settings.port} cannot be listened on: {reason}",
            "Stop the program that uses it, or set MEDIANEST_PORT to another.",
        )
    return good("address", f"{settings.host}:{settings.port} is free")


async def _binaries(settings: Settings) -> AsyncIterator[Finding]:
    named = BinarySettings.from_environment(os.environ)
    for server, url, find, setting in (
        ("NATS", settings.nats_url, find_nats, named.nats),
        ("PostgreSQL", settings.database_url, find_postgres, named.postgres),
        ("Valkey", settings.valkey_url, find_valkey, named.valkey),
    ):
        if url:
            continue
        try:
            path = find(setting)
            found = await version_of(server, [str(path)])
        except SetupError as error:
            yield bad(server, str(error))
        else:
            yield good(server, f"{'.'.join(map(str, found))} at {path}")


async def _servers(settings: Settings) -> AsyncIterator[Finding]:
    """Asked as they are, or started for as long as the question takes."""
    try:
        async with reachable(settings) as present:
            answers = [
                await _answers("NATS answers", lambda: _ask_nats(present), "MEDIANEST_NATS_URL"),
                await _answers(
                    "PostgreSQL answers", lambda: _ask_postgres(present), "MEDIANEST_DATABASE_URL"
                ),
                await _answers("Valkey answers", lambda: _ask_valkey(present), "MEDIANEST_VALKEY_URL"),
            ]
            for answer in answers:
                yield answer
            if answers[1].fine:
                yield await tables(present)
                if plex := await found_server(present):
                    yield plex
    except SetupError as error:
        yield bad("servers", str(error))


async def _answers(name: str, ask: Callable[[], Awaitable[str]], variable: str) -> Finding:
    try:
        async with asyncio.timeout(_TIMEOUT):
            return good(name, await ask())
    except Exception as error:
        return bad(
            name,
            f"no: {error or type(error).__name__}",
            f"Look at {variable}, or leave it out to use the server that comes with MediaNest.",
        )


async def _ask_nats(settings: Settings) -> str:
    async with operator_connection(settings) as client:
        account = await client.jetstream().account_info()
        return f"JetStream holds {account.streams} streams, {account.storage / 1e6:.1f} MB"


async def _ask_postgres(settings: Settings) -> str:
    import asyncpg

    connection = await asyncpg.connect(_dsn(settings.database_url), timeout=_TIMEOUT)
    try:
        size = await connection.fetchval(
            "select pg_size_pretty(pg_database_size(current_database()))", timeout=_TIMEOUT
        )
        return f"{connection.get_server_version().major}, {size}"
    finally:
        await connection.close(timeout=_TIMEOUT)


async def _ask_valkey(settings: Settings) -> str:
    from redis.asyncio import Redis

    valkey = Redis.from_url(settings.valkey_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
    try:
        memory = await valkey.info("memory")
        return f"{memory['used_memory_human']} in use"
    finally:
        await valkey.aclose()


def _dsn(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)

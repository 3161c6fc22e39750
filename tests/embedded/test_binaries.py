"""Where the programs are taken from, and which are refused."""

import os
from pathlib import Path

import asyncpg
import pytest

from medianest.embedded import BinarySettings, EmbeddedServers
from medianest.embedded.binaries import find_nats, find_postgres, find_valkey
from medianest.errors import ServerDidNotStart, ServerNotFound, ServerTooOld, SetupError
from tests.embedded.clients import processes_of, until, write_everywhere

AS_ROOT = os.geteuid() == 0


def script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "server,says,found",
    [
        ("nats", "nats-server: v2.9.10", "NATS 2.9.10"),
        ("postgres", "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "PostgreSQL 15.14"),
        ("valkey", "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc", "Valkey 6.0.16"),
    ],
)
async def test_a_server_too_old_is_refused_in_words(folder: Path, server: str, says: str, found: str) -> None:
    old = BinarySettings(**{server: script(folder, "old", f"echo '{says}'")})
    with pytest.raises(ServerTooOld, match=f"is {found}, but .* or newer is needed.*_BIN"):
        await EmbeddedServers(folder / "data", binaries=old).__aenter__()
    assert processes_of(folder) == []


async def test_a_setting_that_names_no_program_is_refused_by_its_name(folder: Path) -> None:
    with pytest.raises(ServerNotFound, match="MEDIANEST_NATS_BIN is set to /nowhere"):
        await EmbeddedServers(folder, binaries=BinarySettings(nats="/nowhere")).__aenter__()


async def test_a_server_that_will_not_start_is_quoted(folder: Path) -> None:
    broken = script(
        folder, "broken", '[ "$1" = --version ] && echo v=9.9.9 || { echo "no disk in drive"; exit 1; }'
    )
    with pytest.raises(ServerDidNotStart, match="no disk in drive"):
        await EmbeddedServers(folder / "data", binaries=BinarySettings(valkey=broken)).__aenter__()

    async def nothing_left() -> bool:
        return processes_of(folder) == []

    # The others may have been in the midst of it.
    await until(nothing_left, within=20)


def test_the_setting_wins_over_the_wheel(folder: Path) -> None:
    for find in (find_nats, find_valkey, find_postgres):
        named = script(folder, find.__name__, "exit 0")
        assert find(named) == Path(named)
        assert find() != Path(named)
    assert find_postgres(str(find_postgres().parent)) == find_postgres()


async def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    async with EmbeddedServers(folder):
        pass
    (folder / "servers" / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(SetupError, match="was made by PostgreSQL 17"):
        await EmbeddedServers(folder).__aenter__()


if AS_ROOT:

    async def test_root_runs_postgres_in_a_user_namespace_without_giving_files_away(folder: Path) -> None:
        async with EmbeddedServers(folder) as servers:
            await write_everywhere(servers.urls, "as root")
            mapping = Path(f"/proc/{servers.pid('postgres')}/uid_map").read_text().split()
            assert mapping == ["1000", "0", "1"]
        assert (folder / "servers" / "postgres" / "PG_VERSION").stat().st_uid == 0

    async def test_root_falls_back_to_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("medianest.embedded.postgres.ROOT_MODES", ("nobody",))
        for _ in range(2):
            async with EmbeddedServers(folder) as servers:
                connection = await asyncpg.connect(servers.urls.database_url, timeout=10)
                assert await connection.fetchval("select 1") == 1
                await connection.close()
                assert Path(f"/proc/{servers.pid('postgres')}").stat().st_uid != 0
        assert processes_of(folder) == []

    async def test_root_is_told_what_to_do_where_neither_works(
        folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("medianest.embedded.postgres.ROOT_MODES", ("nobody",))
        folder.chmod(0o700)
        with pytest.raises(SetupError, match="Run MediaNest as an ordinary user"):
            await EmbeddedServers(folder).__aenter__()

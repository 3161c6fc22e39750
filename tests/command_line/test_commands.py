"""The commands that end by themselves."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from medianest.embedded.servers import urls_of_running
from medianest.testing import SECRET_KEY, Sandbox, eventually, free_port
from medianest_common.bus.topology import streams_for
from medianest_common.lifecycle import SERVICES
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.mail_server import MailServer
from tests.command_line.installation import Installation

PARTS = ("python", "settings", "data folder", "NATS", "PostgreSQL", "Valkey", "tables", "Plex", "Overseerr")
SERVERS = ("nats_url", "database_url", "valkey_url")


@pytest.fixture
async def outside() -> AsyncIterator[dict[str, str]]:
    """Settings that name a Plex and an Overseerr which are there."""
    async with FakePlex.start() as plex, FakeOverseerr.start() as overseerr:
        yield {
            "MEDIANEST_PLEX_TV_URL": plex.tv_url,
            "MEDIANEST_PLEX_URL": plex.server_url,
            "MEDIANEST_PLEX_TOKEN": plex.server_token,
            "MEDIANEST_OVERSEERR_URL": overseerr.url,
            "MEDIANEST_OVERSEERR_API_KEY": overseerr.api_key,
            # Whatever day it is: the one that is installed is no older than these tests.
            "MEDIANEST_YOUTUBE_YTDLP_MAX_AGE_DAYS": "36500",
        }


async def test_the_doctor_finds_nothing_wrong_before_the_first_start_and_while_running(
    installation: Installation, outside: dict[str, str]
) -> None:
    code, said = await installation.command("doctor", **outside)
    assert code == 0, said
    assert "ok  tables: none yet; the first start makes them" in said
    await installation.run(**outside)
    async with MailServer.start() as mail:
        set_up = {"MEDIANEST_SMTP_URL": mail.url, "MEDIANEST_MAIL_FROM": "nest@example.org"}
        code, said = await installation.command("doctor", **outside, **set_up)
    assert code == 0, said
    assert f"ok  mail: localhost:{mail.port} answers and accepts the sign-in (none)" in said
    for part in PARTS:
        assert f"ok  {part}" in said
    assert "ok  tables: up to date" in said


async def test_the_doctor_says_what_is_not_connected(
    installation: Installation, outside: dict[str, str]
) -> None:
    code, said = await installation.command("doctor", MEDIANEST_PLEX_TV_URL=outside["MEDIANEST_PLEX_TV_URL"])
    assert code == 0, said
    assert "ok  Plex: not connected; MEDIANEST_PLEX_TOKEN" in said
    assert "ok  Overseerr: not connected; MEDIANEST_OVERSEERR_URL" in said
    assert "ok  mail: not set up; MEDIANEST_SMTP_URL" in said


async def test_the_doctor_knows_a_server_that_was_found_through_plex_tv(installation: Installation) -> None:
    async with FakePlex.start(server_name="Attic") as plex:
        account = {"MEDIANEST_PLEX_TV_URL": plex.tv_url, "MEDIANEST_PLEX_TOKEN": plex.owner.token}
        await installation.run(**account)

        async def told() -> bool:
            code, said = await installation.command("doctor", **account)
            return (
                code == 0
                and f"ok  Plex server: Attic was found through plex.tv and answers at {plex.server_url}"
                in said
            )

        await eventually(told, within=60)
        plex.server.fail_with("html")
        code, said = await installation.command("doctor", **account)
        assert code == 1, said
        assert f"BAD Plex server: Attic was found at {plex.server_url}" in said
        plex.reset_password(plex.owner)
        code, said = await installation.command("doctor", **account)
        assert "BAD Plex: plex.tv refuses MEDIANEST_PLEX_TOKEN" in said
        assert not any(token in said for token in {*plex.tokens, account["MEDIANEST_PLEX_TOKEN"]})


async def test_the_doctor_reads_the_configuration_file(
    installation: Installation, outside: dict[str, str], tmp_path: Path
) -> None:
    written = (f"{name.removeprefix('MEDIANEST_').lower()} = '{value}'" for name, value in outside.items())
    (tmp_path / "medianest.toml").write_text("\n".join(written))
    code, said = await installation.command("doctor", MEDIANEST_CONFIG=str(tmp_path / "medianest.toml"))
    assert code == 0, said
    assert "ok  Plex: http://127.0.0.1" in said
    assert "ok  Overseerr: http://127.0.0.1" in said


@pytest.mark.parametrize(
    "wrong,says",
    [
        ({"OVERSEERR_API_KEY": "wrong"}, ("refuses the key", "Look at MEDIANEST_OVERSEERR_API_KEY")),
        ({"PLEX_URL": "http://127.0.0.1:9"}, ("cannot be reached", "Look at MEDIANEST_PLEX_URL")),
        ({"BASE_URL": "nest.example.org"}, ("BAD settings: MEDIANEST_BASE_URL", "Correct the variables")),
        ({"DATA_DIR": "/proc/nowhere"}, ("/proc/nowhere cannot be written", "set MEDIANEST_DATA_DIR")),
        (
            {"SMTP_URL": "smtp://127.0.0.1:9?tls=none", "MAIL_FROM": "nest@example.org"},
            ("BAD mail: 127.0.0.1:9 does not let us in", "Look at MEDIANEST_SMTP_URL"),
        ),
        ({"NATS_BIN": "/nowhere"}, ("MEDIANEST_NATS_BIN is set to /nowhere",)),
        ({"NATS_URL": "nats://127.0.0.1:9"}, ("BAD NATS answers", "Look at MEDIANEST_NATS_URL")),
        ({"PLEX_TOKEN_FILE": "/nowhere", "PLEX_TOKEN": ""}, ("MEDIANEST_PLEX_TOKEN_FILE: cannot read",)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_the_doctor_says_what_to_mend(
    installation: Installation, outside: dict[str, str], wrong: dict[str, str], says: tuple[str, ...]
) -> None:
    broken = outside | {f"MEDIANEST_{name}": value for name, value in wrong.items()}
    code, said = await installation.command("doctor", **broken)
    assert code == 1, said
    assert said.count("BAD") == 1, said
    for words in says:
        assert words in said
    assert "Traceback" not in said


async def test_the_doctor_names_the_address_that_is_taken(
    installation: Installation, outside: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        code, said = await installation.command("doctor", **outside)
    assert code == 1
    assert (
        f"BAD address: 127.0.0.1:{installation.port} cannot be listened on: Address already in use\n" in said
    )
    assert "set MEDIANEST_PORT" in said


async def test_the_doctor_names_tables_that_are_behind(
    installation: Installation, outside: dict[str, str]
) -> None:
    assert (await installation.command("migrate", "auth"))[0] == 0
    code, said = await installation.command("doctor", **outside)
    assert code == 1
    assert "BAD tables: media is at nothing" in said
    assert "medianest migrate" in said


async def test_tables_can_be_migrated_beside_a_running_installation(installation: Installation) -> None:
    await installation.run("youtube")
    code, said = await installation.command("migrate")
    assert code == 0, said
    urls = urls_of_running(installation.folder / "data")
    assert urls
    connection = await asyncpg.connect(urls.database_url, timeout=10)
    try:
        assert await connection.fetchval("select count(*) from auth.users") == 0
    finally:
        await connection.close()


async def test_migrating_makes_the_streams_so_that_a_service_need_not_wait_for_the_gateway(
    installation: Installation, sandbox: Sandbox
) -> None:
    js = sandbox.nats.jetstream(timeout=30)
    wanted = {config.name for config in streams_for(SERVICES)}
    for name in wanted:
        assert name and await js.delete_stream(name)
    await sandbox.create_database()
    servers = {f"MEDIANEST_{name.upper()}": str(sandbox.settings[name]) for name in SERVERS}
    code, said = await installation.command("migrate", **servers, MEDIANEST_SECRET_KEY=SECRET_KEY)
    assert code == 0, said
    assert {stream.config.name for stream in await js.streams_info()} == wanted


async def test_migrating_says_that_nats_is_away(installation: Installation, sandbox: Sandbox) -> None:
    await sandbox.create_database()
    servers = {f"MEDIANEST_{name.upper()}": str(sandbox.settings[name]) for name in SERVERS}
    servers["MEDIANEST_NATS_URL"] = f"nats://127.0.0.1:{free_port()}"
    code, said = await installation.command("migrate", **servers, MEDIANEST_SECRET_KEY=SECRET_KEY)
    assert code == 1
    assert "The tables are up to date." in said and "NATS cannot be used" in said


async def test_the_version_is_printed(installation: Installation) -> None:
    assert await installation.command("version") == (0, "0.1.0\n")

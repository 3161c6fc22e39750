"""The commands that end by themselves."""

import json
from pathlib import Path

import asyncpg

from medianest.embedded.servers import urls_of_running
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from tests.command_line.installation import Installation


async def test_the_doctor_finds_a_fresh_installation_fine(installation: Installation) -> None:
    async with FakePlex.start() as plex, FakeOverseerr.start() as overseerr:
        settings = {
            "MEDIANEST_PLEX_TV_URL": plex.tv_url,
            "MEDIANEST_PLEX_URL": plex.server_url,
            "MEDIANEST_PLEX_TOKEN": plex.server_token,
            "MEDIANEST_OVERSEERR_URL": overseerr.url,
            "MEDIANEST_OVERSEERR_API_KEY": overseerr.api_key,
        }
        assert (await installation.command("migrate"))[0] == 0
        code, said = await installation.command("doctor", **settings)
        assert code == 0, said
        for part in (
            "python",
            "settings",
            "data folder",
            "NATS",
            "PostgreSQL",
            "Valkey",
            "tables",
            "Plex",
            "Overseerr",
        ):
            assert f"ok  {part}" in said


async def test_the_doctor_says_what_to_mend(installation: Installation) -> None:
    async with FakePlex.start() as plex, FakeOverseerr.start() as overseerr:
        code, said = await installation.command(
            "doctor",
            MEDIANEST_PLEX_TV_URL=plex.tv_url,
            MEDIANEST_PLEX_URL="http://127.0.0.1:9",
            MEDIANEST_PLEX_TOKEN="x",
            MEDIANEST_OVERSEERR_URL=overseerr.url,
            MEDIANEST_OVERSEERR_API_KEY="wrong",
            MEDIANEST_NATS_BIN="/nowhere",
        )
    assert code == 1
    assert "Look at MEDIANEST_PLEX_URL" in said
    assert "refuses the key" in said
    assert "Look at MEDIANEST_OVERSEERR_API_KEY" in said
    assert "MEDIANEST_NATS_BIN is set to /nowhere" in said
    assert "Traceback" not in said


async def test_the_doctor_names_wrong_settings_and_tables_that_are_behind(installation: Installation) -> None:
    code, said = await installation.command("doctor", MEDIANEST_PORT="many")
    assert code == 1
    assert "BAD settings: MEDIANEST_PORT" in said
    code, said = await installation.command("doctor")
    assert code == 1
    assert "BAD tables: auth is at nothing" in said
    assert "medianest migrate" in said


async def test_tables_can_be_migrated_beside_a_running_installation(installation: Installation) -> None:
    await installation.run("youtube")
    code, said = await installation.command("migrate")
    assert code == 0, said
    urls = urls_of_running(installation.folder / "data")
    assert urls
    connection = await asyncpg.connect(urls.database_url, timeout=5)
    try:
        assert await connection.fetchval("select count(*) from auth.users") == 0
    finally:
        await connection.close()


async def test_the_documents_describe_every_message(installation: Installation, tmp_path: Path) -> None:
    code, _ = await installation.command("schemas", str(tmp_path))
    assert code == 0
    subjects = {path.stem for path in tmp_path.glob("*.json")}
    assert "rpc.media.request_media" in subjects
    assert "evt.media.request.approved" in subjects

    code, said = await installation.command("asyncapi")
    document = json.loads(said)
    assert code == 0
    assert set(document["channels"]) == subjects
    assert document["operations"]["auth.answers.rpc.auth.sign_in"]["action"] == "receive"


async def test_the_version_is_printed(installation: Installation) -> None:
    assert await installation.command("version") == (0, "0.1.0\n")

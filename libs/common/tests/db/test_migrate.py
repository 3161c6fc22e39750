"""Tables are brought up to date while they are in use, and what an older version can work with it works with."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from libs.common.tests.sample import SAMPLE
from medianest import running
from medianest.errors import SetupError
from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_common.db.migrate import TablesTooNew, bring_to, head_of, migrate, versions_dir
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings, load

SECRET = role_secret(KeyRing.parse(SECRET_KEY))
ADD_COLUMN = (
    '    op.add_column("notes", sa.Column("likes", sa.BigInteger, nullable=False, server_default="0"))\n'
)
ADD_INDEX = '    create_index_beside(op, "ix_notes_text", "notes", ["text"])\n'


@pytest.fixture
async def url(sandbox: Sandbox) -> str:
    """Of the tables as they are today."""
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=SECRET)
    return role_url(sandbox.settings["database_url"], "sample", secret=SECRET)


def _next_version(folder: Path, steps: str, *, more: str = "") -> Path:
    """Those of today, and one more."""
    versions = folder / "versions"
    versions.mkdir()
    for path in versions_dir(SAMPLE).glob("0*.py"):
        (versions / path.name).write_text(path.read_text())
    (versions / "0002_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "from medianest_common.db.steps import create_index_beside\n"
        f'revision = "0002"\ndown_revision = "0001"\n{more}\ndef upgrade() -> None:\n{steps}'
    )
    return versions


async def _bring_up(url: str, versions: Path) -> None:
    assert SAMPLE.metadata is not None
    await bring_to("head", url=url, versions=versions, metadata=SAMPLE.metadata)


async def test_a_migration_that_has_to_wait_lets_everybody_else_pass(url: str, tmp_path: Path) -> None:
    reader = await asyncpg.connect(url, timeout=20)
    other = await asyncpg.connect(url, timeout=20)
    slow = reader.transaction()
    try:
        await slow.start()
        await reader.fetch("select * from notes", timeout=20)
        migrating = asyncio.create_task(_bring_up(url, _next_version(tmp_path, ADD_COLUMN)))
        await eventually(lambda: _waits(other), within=60)
        # Each of these would wait behind the migration for ever if that waited for the reader for ever.
        for number in range(3):
            await other.execute("insert into notes (text) values ($1)", f"meanwhile {number}", timeout=20)
        assert not migrating.done()
        await slow.rollback()
        await asyncio.wait_for(migrating, 120)
        assert await other.fetchval("select likes from notes limit 1", timeout=20) == 0
    finally:
        await reader.close(timeout=5)
        await other.close(timeout=5)


async def _waits(connection: asyncpg.Connection) -> bool:
    waiting = "not granted and mode = 'AccessExclusiveLock' and datname = current_database()"
    return bool(
        await connection.fetchval(
            f"select count(*) from pg_locks join pg_stat_activity using (pid) where {waiting}", timeout=20
        )
    )


async def test_an_index_is_built_while_somebody_is_in_the_middle_of_writing(url: str, tmp_path: Path) -> None:
    writer = await asyncpg.connect(url, timeout=20)
    try:
        slow = writer.transaction()
        await slow.start()
        await writer.execute("insert into notes (text) values ('one')", timeout=20)
        building = asyncio.create_task(_bring_up(url, _next_version(tmp_path, ADD_INDEX)))
        other = await asyncpg.connect(url, timeout=20)
        try:
            for number in range(50):
                await other.execute("insert into notes (text) values ($1)", f"other {number}", timeout=20)
        finally:
            await other.close(timeout=5)
        await slow.commit()
        await asyncio.wait_for(building, 120)
        valid = await writer.fetchval(
            "select indisvalid from pg_index where indexrelid = 'ix_notes_text'::regclass", timeout=20
        )
        assert valid
    finally:
        await writer.close(timeout=5)


async def test_tables_of_a_newer_version_are_left_as_they_are_by_the_one_before(
    sandbox: Sandbox, url: str, tmp_path: Path
) -> None:
    await _bring_up(url, _next_version(tmp_path, ADD_COLUMN))
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=SECRET)
    assert head_of(SAMPLE) == "0001"
    assert await _version(url) == "0002"


async def test_a_step_back_over_something_that_was_taken_away_is_refused_in_words(
    sandbox: Sandbox, url: str, tmp_path: Path
) -> None:
    gone = '    op.drop_column("notes", "text")\n'
    await _bring_up(url, _next_version(tmp_path, gone, more='oldest_code = "0002"\n'))
    with pytest.raises(
        TablesTooNew, match=r"too old for them. Install that version again, or restore a backup"
    ):
        await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=SECRET)


@pytest.mark.parametrize(
    "steps", [pytest.param(ADD_COLUMN, id="column"), pytest.param(ADD_INDEX, id="index")]
)
async def test_replicas_that_migrate_at_once_do_it_once(url: str, tmp_path: Path, steps: str) -> None:
    versions = _next_version(tmp_path, steps)
    await asyncio.gather(*(_bring_up(url, versions) for _ in range(3)))
    assert await _version(url) == "0002"


async def test_a_step_that_fails_is_told_in_words(
    sandbox: Sandbox, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = _next_version(tmp_path, '    op.execute("select * from nobody_made_this")\n')
    monkeypatch.setattr("medianest_common.db.migrate.versions_dir", lambda _: versions)
    settings = load(Settings, database_url=sandbox.settings["database_url"], secret_key=SECRET_KEY)
    with pytest.raises(
        SetupError, match=r'tables of sample .*"nobody_made_this" does not exist.* goes on from'
    ):
        await running.migrate([SAMPLE], settings=settings)
    assert await _version(url) == "0001"


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url, timeout=20)
    try:
        return str(await connection.fetchval("select version_num from alembic_version", timeout=20))
    finally:
        await connection.close(timeout=5)

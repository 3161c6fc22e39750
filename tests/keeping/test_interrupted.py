"""A backup or a restore that is killed in the middle leaves nothing half done, and can be done again."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.testing import eventually
from tests.command_line.installation import Installation
from tests.keeping.looking import tables

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture
async def installation() -> AsyncIterator[Installation]:
    """Short, and entered by everybody: PostgreSQL may run as another user."""
    path = Path(tempfile.mkdtemp(prefix="medianest-"))
    path.chmod(0o755)
    found = Installation(path)
    code, said = await found.command("migrate")
    assert code == 0, said
    yield found
    await found.end()
    shutil.rmtree(path, ignore_errors=True)


async def killed_when(installation: Installation, file: Path, *arguments: str) -> bool:
    """Whether the command was killed as soon as this file was there, and not done before."""
    await installation.begin(*arguments)
    for _ in range(60_000):
        if file.exists():
            break
        await asyncio.sleep(0.001)
    await installation.kill()
    return file.exists()


async def test_a_backup_that_was_killed_is_not_there(installation: Installation) -> None:
    kept = installation.folder / "kept.tar.gz"
    assert await killed_when(installation, installation.folder / ".kept.tar.gz.part", "backup", str(kept))
    assert not kept.exists()
    code, said = await installation.command("backup", str(kept))
    assert code == 0, said
    assert sorted(file.name for file in installation.folder.glob("*kept*")) == ["kept.tar.gz"]


async def test_a_backup_that_is_asked_to_end_leaves_nothing(installation: Installation) -> None:
    await installation.begin("backup", str(installation.folder / "kept.tar.gz"))
    draft = installation.folder / ".kept.tar.gz.part"
    await eventually(lambda: asyncio.to_thread(draft.exists), within=60)
    await installation.end()
    assert not list(installation.folder.glob("*kept*"))
    assert "Traceback" not in installation.output


async def test_a_restore_that_was_killed_has_touched_nothing(installation: Installation) -> None:
    kept, again = (installation.folder / name for name in ("kept.tar.gz", "again.tar.gz"))
    assert (await installation.command("backup", str(kept)))[0] == 0
    keyring = installation.folder / "data" / "secrets" / "keyring"
    before = (keyring.read_text(), keyring.stat().st_ino)
    begun = installation.folder / "data" / "restoring" / "servers" / "postgres"
    assert await killed_when(installation, begun, "restore", "--force", str(kept))
    assert (keyring.read_text(), keyring.stat().st_ino) == before
    for _ in range(2):
        code, said = await installation.command("restore", "--force", str(kept))
        assert code == 0, said
        assert "What was there before is in" in said
    assert not (installation.folder / "data" / "restoring").exists()
    assert len(list((installation.folder / "data").glob("before_restore_*"))) == 2
    assert (await installation.command("backup", str(again)))[0] == 0
    assert tables(again) == tables(kept)

import asyncpg
import pytest

from libs.common.tests.sample import SAMPLE, App
from medianest.testing import SECRET_KEY, Sandbox
from medianest_common.db.roles import ensure_roles, role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing

SECRET = role_secret(KeyRing.parse(SECRET_KEY))


@pytest.mark.parametrize(
    "statement",
    [
        "select * from sample.notes",
        "insert into sample.notes (text) values ('x')",
        "select * from sample.outbox",
        "create table sample.mine (id int)",
        "create table public.mine (id int)",
        "set role medianest_sample",
        "drop schema sample cascade",
    ],
)
async def test_one_services_role_cannot_touch_anothers_tables(sandbox: Sandbox, statement: str) -> None:
    await sandbox.start(SAMPLE)
    await ensure_roles(sandbox.settings["database_url"], ["stranger"], secret=SECRET)
    stranger = await asyncpg.connect(
        role_url(sandbox.settings["database_url"], "stranger", secret=SECRET), timeout=5
    )
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.execute(statement)
    finally:
        await stranger.close(timeout=5)


async def test_migrating_again_changes_nothing_and_loses_nothing(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    async with apps[0].db.transaction() as tx:
        await tx.session.execute(apps[0].db.metadata.tables["notes"].insert().values(text="kept"))
    await sandbox.stop("sample")
    await sandbox.start(SAMPLE)
    async with apps[1].db.read() as connection:
        assert (await connection.exec_driver_sql("select text from notes")).scalar_one() == "kept"

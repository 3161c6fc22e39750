"""On servers that are not ours: what waited on the bus, keys that are brought along, tables of the version before."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from medianest.errors import Refused, SetupError
from medianest.installation import free_port
from medianest.keeping.archive import About, Archive, Contents, Writer
from medianest.keeping.backup import back_up
from medianest.keeping.restore import restore
from medianest.keeping.settings import KeepingSettings
from medianest.keeping.telling import tell_administrators
from medianest.operator_bus import make_streams
from medianest.registry import service, services
from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_common.bus.wire import ATTEMPTS, HANDLER, REASON
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import SubmitRequest
from medianest_common.db.migrate import VERSION_TABLE, head_of, migrate, with_tables
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import load
from tests.keeping.looking import rows, tables

SECRET = role_secret(KeyRing.parse(SECRET_KEY))
HEARS = "notifications__user_created"


@pytest.fixture
async def here(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    """With the tables of all services."""
    await sandbox.create_database()
    await migrate(services(), admin_url=sandbox.settings["database_url"], secret=SECRET)
    made = await _databases(sandbox)
    yield sandbox
    await sandbox.close()
    for name in await _databases(sandbox) - made:
        await _server(sandbox, f'drop database "{name}" with (force)')


def settings_of(sandbox: Sandbox, **others: Any) -> KeepingSettings:
    names = ("nats_url", "valkey_url", "database_url", "data_dir", "secret_key")
    return load(KeepingSettings, **{name: sandbox.settings[name] for name in names} | others)


def named(sandbox: Sandbox, database: str) -> str:
    return make_url(sandbox.urls.database_url).set(database=database).render_as_string(hide_password=False)


async def test_what_waited_on_the_bus_is_done_once_where_it_is_restored(
    here: Sandbox, tmp_path: Path
) -> None:
    notifications = service("notifications")
    await here.start(notifications)
    heard = await here.emit(_somebody())
    await eventually(lambda: _claimed(here, heard))
    await here.stop("notifications")
    unheard = await here.emit(_somebody())
    job = SubmitRequest(request_id=uuid7())
    await here.bus.enqueue_now(job)
    body = _somebody().model_dump_json().encode()
    buried = {HANDLER: HEARS, REASON: "it was late", ATTEMPTS: "3", "ce-id": str(uuid7())}
    await here.bus.publish_stored(f"dlq.{UserCreated.subject}", body, headers=buried)

    taken = await back_up(settings_of(here), tmp_path / "kept.tar.gz", passphrase="six words and a number 7")
    assert taken.waiting == 3
    with pytest.raises(Refused, match="passphrase is another one"):
        await restore(settings_of(here), taken.path, passphrase="six words and a number 8")

    fresh = named(here, f"{make_url(here.settings['database_url']).database}_fresh")
    done = await restore(
        settings_of(here, database_url=fresh), taken.path, passphrase="six words and a number 7"
    )
    assert (done.waiting, done.put_aside) == (3, [])
    here.settings["database_url"] = fresh
    await make_streams(here.nats)  # As the gateway does.
    await here.start(notifications, service("health"))
    await eventually(lambda: _claimed(here, unheard))
    js = here.nats.jetstream()

    async def told_again() -> bool:
        infos = {info.config.name: info.state.messages for info in await js.streams_info()}
        return infos.get("JOB_MEDIA") == 1 and infos.get("DLQ") == 1 and infos.get("EVT_AUTH") == 1

    await eventually(told_again)
    stored = await js.get_msg("JOB_MEDIA", seq=1)
    assert SubmitRequest.model_validate_json(stored.data or b"") == job
    letter = await js.get_msg("DLQ", seq=1)
    assert letter.headers and (letter.headers[HANDLER], letter.headers[REASON]) == (HEARS, "it was late")


@pytest.mark.long
async def test_what_is_there_is_put_aside_only_when_that_is_wanted(here: Sandbox, tmp_path: Path) -> None:
    file = (await back_up(settings_of(here), tmp_path / "kept.tar.gz")).path
    with pytest.raises(Refused, match="is there already"):
        await back_up(settings_of(here), file)
    with pytest.raises(Refused, match="There is an installation in the database"):
        await restore(settings_of(here), file)

    await _execute(here, "media", "insert into inbox values ('after the backup', gen_random_uuid())")
    before = await _databases(here)
    wrong = tmp_path / "wrong.tar.gz"
    wrong.write_bytes(_with_a_row_too_many(file))
    with pytest.raises(Refused, match="arrived"):
        await restore(settings_of(here), wrong, force=True)
    assert await _databases(here) == before, "nothing is left of it"
    assert await _fetch(here, "media", "select consumer from inbox") == ["after the backup"]

    looking_on = await asyncpg.connect(_own(here, "media"), server_settings={"application_name": "exporter"})
    done = await restore(settings_of(here), file, force=True)
    assert looking_on.is_closed(), "whoever looks on does not hold it up"
    (aside,) = await _databases(here) - before
    assert done.put_aside == [f"the database {aside}"]
    assert await _fetch(here, "media", "select consumer from inbox") == []
    again = (await back_up(settings_of(here), tmp_path / "again.tar.gz")).path
    assert tables(again) == tables(file)

    working = await asyncpg.connect(
        named(here, make_url(here.settings["database_url"]).database or ""),
        server_settings={"application_name": "medianest-media"},
    )
    try:
        with pytest.raises(Refused, match="Services are at work"):
            await restore(settings_of(here), file, force=True)
    finally:
        await working.close()


@pytest.mark.long
async def test_a_backup_under_other_keys_brings_them_or_says_where_they_have_to_go(
    here: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = (await back_up(settings_of(here), tmp_path / "kept.tar.gz")).path
    fresh = named(here, f"{make_url(here.settings['database_url']).database}_keys")
    other = KeyRing.generate()
    with pytest.raises(Refused, match="sealed under other keys than those in MEDIANEST_SECRET_KEY"):
        await restore(settings_of(here, database_url=fresh, secret_key=other.dump()), file)

    keyring = tmp_path / "secrets" / "keyring"
    keyring.parent.mkdir()
    other.save(keyring)
    monkeypatch.setenv("MEDIANEST_SECRET_KEY_FILE", str(keyring))
    await restore(settings_of(here, database_url=fresh, secret_key=other.dump().rstrip("\n")), file)
    assert keyring.read_text() == SECRET_KEY
    (old,) = keyring.parent.glob("keyring.before_restore_*")
    assert old.read_text() == other.dump()
    assert len(list(keyring.parent.iterdir())) == 2


@pytest.mark.long
async def test_a_bus_that_cannot_be_emptied_costs_the_restored_database_no_keys(
    here: Sandbox, tmp_path: Path
) -> None:
    file = (await back_up(settings_of(here), tmp_path / "kept.tar.gz")).path
    fresh = named(here, f"{make_url(here.settings['database_url']).database}_bus")
    folder = tmp_path / "data"
    (folder / "secrets").mkdir(parents=True)
    KeyRing.generate().save(folder / "secrets" / "keyring")
    nowhere = settings_of(
        here, database_url=fresh, nats_url=f"nats://127.0.0.1:{free_port()}", data_dir=folder
    )
    with pytest.raises(SetupError, match="Everything is restored and in place"):
        await restore(nowhere.model_copy(update={"secret_key": None}), file)
    assert (folder / "secrets" / "keyring").read_text() == SECRET_KEY
    here.settings["database_url"] = fresh
    assert await _fetch(here, "media", "select version_num from " + VERSION_TABLE)
    with pytest.raises(SetupError, match="NATS does not answer"):
        await back_up(nowhere, tmp_path / "again.tar.gz")


@pytest.mark.long
async def test_a_backup_of_the_version_before_has_the_tables_of_today_afterwards(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await sandbox.create_database()
    url = sandbox.settings["database_url"]
    for each in with_tables(services()):
        before = f"{max(int(head_of(each)) - 1, 1):04}"
        await migrate([each], admin_url=url, secret=SECRET, revision=before)
        await _execute(sandbox, each.name, "insert into inbox values ('known', gen_random_uuid())")
    file = (await back_up(settings_of(sandbox), tmp_path / "kept.tar.gz")).path
    kept = rows(file)
    await restore(settings_of(sandbox), file, force=True)
    again = (await back_up(settings_of(sandbox), tmp_path / "again.tar.gz")).about
    assert again.heads == {each.name: head_of(each) for each in with_tables(services())}
    for each in with_tables(services()):
        assert kept[f"{each.name}/inbox"] == 1
        assert await _fetch(sandbox, each.name, "select consumer from inbox") == ["known"]


async def test_tables_that_are_newer_than_the_program_are_kept_with_a_word_and_not_restored(
    here: Sandbox, tmp_path: Path
) -> None:
    await _execute(here, "media", f"update {VERSION_TABLE} set version_num = '9999'")
    taken = await back_up(settings_of(here), tmp_path / "kept.tar.gz")
    assert taken.newer == {"media": "9999"}, "and whoever goes back a version is told so"
    with pytest.raises(
        Refused, match=r"newer than this version.*those of the media service are at migration 9999"
    ):
        await restore(settings_of(here), taken.path, force=True)


async def test_administrators_hear_of_one_that_failed_and_that_it_goes_on(here: Sandbox) -> None:
    await here.start(service("health"))
    known = "select message, restored_at is not null from complaints where kind = 'Backup'"
    await tell_administrators(settings_of(here), problem="There is no room.", clock=here.clock)
    await eventually(lambda: _holds(here, "health", known, ("There is no room.", False)))
    await tell_administrators(settings_of(here), problem=None, clock=here.clock)
    await eventually(lambda: _holds(here, "health", known, ("There is no room.", True)))


async def _holds(sandbox: Sandbox, owner: str, question: str, row: tuple[Any, ...]) -> bool:
    return [tuple(found) for found in await _records(sandbox, owner, question)] == [row]


def _somebody() -> UserCreated:
    return UserCreated(user_id=uuid7(), name="Ada", email=None, role=Role.USER, version=1)


async def _claimed(sandbox: Sandbox, event: UUID) -> bool:
    found = await _fetch(sandbox, "notifications", f"select consumer from inbox where event_id = '{event}'")
    return found == [HEARS]


def _opened(file: Path) -> tuple[About, Contents, list[tuple[str, bytes]]]:
    with file.open("rb") as raw:
        archive, about, contents = Archive.verified(raw, passphrase=None)
        return about, contents, list(archive.entries(contents))


def _written(about: About, contents: Contents, entries: list[tuple[str, bytes]]) -> bytes:
    raw = io.BytesIO()
    writer = Writer(raw, about=about, passphrase=None)
    for name, data in entries:
        writer.add(name, data)
    writer.finish(contents.schemas, waiting=contents.waiting)
    return raw.getvalue()


def _with_a_row_too_many(file: Path) -> bytes:
    about, contents, entries = _opened(file)
    listed = json.loads(contents.model_dump_json(by_alias=True))
    next(table for schema in listed["schemas"] for table in schema["tables"] if table["name"] == "outbox")[
        "rows"
    ] += 1
    return _written(about, Contents.model_validate(listed), entries)


async def _databases(sandbox: Sandbox) -> set[str]:
    connection = await asyncpg.connect(named(sandbox, "postgres"))
    try:
        return {row["datname"] for row in await connection.fetch("select datname from pg_database")}
    finally:
        await connection.close()


async def _server(sandbox: Sandbox, statement: str) -> None:
    connection = await asyncpg.connect(named(sandbox, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _execute(sandbox: Sandbox, owner: str, statement: str) -> None:
    connection = await asyncpg.connect(_own(sandbox, owner))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _fetch(sandbox: Sandbox, owner: str, question: str) -> list[Any]:
    return [row[0] for row in await _records(sandbox, owner, question)]


async def _records(sandbox: Sandbox, owner: str, question: str) -> list[Any]:
    connection = await asyncpg.connect(_own(sandbox, owner))
    try:
        return list(await connection.fetch(question))
    finally:
        await connection.close()


def _own(sandbox: Sandbox, owner: str) -> str:
    return role_url(sandbox.settings["database_url"], owner, secret=SECRET)

"""Who answers for backups where several hosts make them, what is told before it is done, and how a large one leaves."""

import asyncio
import hashlib
import math
import os
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from nats.aio.msg import Msg
from sqlalchemy.engine import make_url

from medianest import registry
from medianest.installation import on_running_servers
from medianest.keeping import keeper
from medianest.keeping.answering import answering_questions
from medianest.keeping.folder import remove
from medianest.keeping.keeper import PIECE, Keeper
from medianest.keeping.settings import KeepingSettings
from medianest.operator_bus import operator_connection
from medianest.testing import Sandbox, eventually
from medianest_common.clock import SystemClock
from medianest_common.contracts.gateway import AdminDecided
from medianest_common.contracts.identity import Role
from medianest_common.contracts.keeping import DeleteBackup, MakeBackup, ReadBackupPiece, ReadBackups
from medianest_common.db.migrate import migrate
from medianest_common.errors import MediaNestError, RemoteError
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings, load
from medianest_common.testing.fault_proxy import FaultProxy
from tests.world import world

KEPT = "medianest-20261129T033000Z.tar.gz"
LARGE = 48 << 20


@asynccontextmanager
async def host(sandbox: Sandbox, folder: Path, *, database: FaultProxy | None = None) -> AsyncIterator[Path]:
    """One that makes backups, with a folder of its own in which there is one; maybe with a way of its own to the
    database."""
    folder.mkdir(exist_ok=True)
    (folder / KEPT).write_bytes(b"kept")
    names = ("nats_url", "valkey_url", "database_url", "data_dir", "secret_key")
    given = {name: sandbox.settings[name] for name in names}
    if database:
        url = make_url(given["database_url"]).set(host=database.host, port=database.port)
        given["database_url"] = url.render_as_string(hide_password=False)
    settings = load(KeepingSettings, **given, backup_dir=folder)
    async with Keeper(settings, clock=SystemClock()) as keeping:
        answering = asyncio.create_task(answering_questions(keeping, settings, clock=SystemClock()))
        try:
            yield folder
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


@pytest.fixture
async def house(sandbox: Sandbox) -> Sandbox:
    """With the role of the service whose database the hosts look at."""
    await sandbox.create_database()
    secret = role_secret(KeyRing.parse(str(sandbox.settings["secret_key"])))
    await migrate([registry.service("auth")], admin_url=sandbox.settings["database_url"], secret=secret)
    return sandbox


async def test_of_two_hosts_one_answers_and_the_other_when_it_has_gone(
    house: Sandbox, tmp_path: Path
) -> None:
    first, last = tmp_path / "first", tmp_path / "last"
    async with AsyncExitStack() as going:
        await going.enter_async_context(host(house, first))
        assert await eventually(lambda: _answerer(house)) == str(first)
        async with host(house, last):
            await eventually(lambda: _hosts_waiting(house))
            assert {await _answerer(house) for _ in range(20)} == {str(first)}
            await going.aclose()

            async def taken_over() -> bool:
                return await _answerer(house) == str(last)

            await eventually(taken_over)


@pytest.mark.timeout(300)
async def test_a_host_that_is_cut_off_from_the_database_answers_no_more(
    house: Sandbox, tmp_path: Path
) -> None:
    """It sees its connection stand, while PostgreSQL has given the lock to the next."""
    first, last = tmp_path / "first", tmp_path / "last"
    url = make_url(house.settings["database_url"])

    async def only(folder: Path | None) -> bool:
        return {await _answerer(house) for _ in range(5)} == {str(folder) if folder else None}

    async with (
        FaultProxy.start(url.host or "", url.port or 0) as line,
        host(house, first, database=line),
    ):
        await eventually(partial(only, first), within=60)
        async with host(house, last):
            await eventually(lambda: _hosts_waiting(house), within=60)
            line.black_hole()
            await _give_the_lock_away(house)
            await eventually(partial(only, last), within=60)
        await eventually(partial(only, None), within=60)
        await line.heal()
        await eventually(partial(only, first), within=60)


async def test_how_long_there_has_been_something_to_keep_outlives_whoever_keeps_it(
    house: Sandbox, tmp_path: Path
) -> None:
    """Else each restart of one that has never made a backup would hide for a day and a half that there is none."""
    founded = datetime(2026, 3, 1, 12, tzinfo=UTC)

    async def since() -> datetime | None:
        with suppress(MediaNestError), house.as_user(role=Role.OWNER):
            place = (await house.bus.call(ReadBackups(), timeout=10)).place
            return place.since if place else None
        return None

    began = datetime.now(UTC)
    async with host(house, tmp_path / "host"):
        assert (await eventually(since, within=60)) >= began, "there was nobody yet"
    async with _database(house) as connection:
        await connection.execute(
            """
            insert into auth.users
                (id, name, name_key, name_shape, role, status, permissions_version, version, created_at)
            values ($1, 'Olive', 'olive', 'olive', 'owner', 'active', 1, 1, $2)
            """,
            uuid4(),
            founded,
            timeout=20,
        )
    for _ in range(2):
        async with host(house, tmp_path / "host"):
            assert await eventually(since, within=60) == founded


async def test_what_cannot_be_written_down_is_not_done(house: Sandbox, tmp_path: Path) -> None:
    async with host(house, tmp_path / "host") as folder:
        await eventually(lambda: _answerer(house))
        await house.nats.jetstream().delete_stream("EVT_GATEWAY")
        for message in (DeleteBackup(name=KEPT), MakeBackup()):
            with house.as_user(role=Role.OWNER), pytest.raises(RemoteError) as refused:
                await house.bus.call(message, timeout=20)
            assert refused.value.status == 503
        with house.as_user(role=Role.OWNER):
            found = await house.bus.call(ReadBackups(), timeout=10)
        assert (folder / KEPT).exists() and [each.name for each in found.items] == [KEPT]
        assert found.under_way is None


async def test_one_that_could_not_be_deleted_is_written_down_as_that(house: Sandbox, tmp_path: Path) -> None:
    async with host(house, tmp_path / "host") as folder:
        await eventually(lambda: _answerer(house))
        (folder / KEPT).unlink()
        (folder / KEPT).mkdir()
        with house.as_user(role=Role.OWNER), pytest.raises(RemoteError) as refused:
            await house.bus.call(DeleteBackup(name=KEPT), timeout=20)
        assert refused.value.status == 503
    js = house.nats.jetstream()
    said = [await js.get_msg("EVT_GATEWAY", seq=number) for number in (1, 2)]
    decided = [AdminDecided.model_validate_json(each.data or b"") for each in said]
    assert [each.action for each in decided] == ["backup_delete", "backup_delete_failed"]
    assert {each.about for each in decided} == {f"backup:{KEPT}"}


async def test_a_deletion_on_a_disk_that_hangs_is_not_said_to_have_failed(
    house: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done when the disk comes back, and the audit log has been told of it."""
    is_back = threading.Event()

    def hanging(file: Path) -> None:
        is_back.wait(120)
        remove(file)

    monkeypatch.setattr(keeper, "remove", hanging)
    async with host(house, tmp_path / "host") as folder:
        try:
            await eventually(lambda: _answerer(house), within=60)
            with house.as_user(role=Role.OWNER), pytest.raises(RemoteError) as refused:
                await house.bus.call(DeleteBackup(name=KEPT), timeout=60)
            assert (refused.value.status, (folder / KEPT).exists()) == (503, True)
        finally:
            is_back.set()

        async def gone() -> bool:
            return not (folder / KEPT).exists()

        await eventually(gone, within=60)
    js = house.nats.jetstream()
    assert (await js.stream_info("EVT_GATEWAY")).state.messages == 1
    said = AdminDecided.model_validate_json((await js.get_msg("EVT_GATEWAY", seq=1)).data or b"")
    assert said.action == "backup_delete"


@pytest.mark.timeout(600)
async def test_a_large_one_leaves_as_fast_as_it_is_taken(tmp_path: Path) -> None:
    """Neither the gateway nor the bus holds what the browser has not asked for yet."""
    async with world(tmp_path / "data") as home:
        olive = await home.owner()
        (home.product.data_dir / "secrets" / "blob").write_bytes(os.urandom(LARGE))
        code, said = await home.product.command("backup")
        assert code == 0, said
        (made,) = (await olive.get("/admin/backups")).raise_for_status().json()["items"]
        assert made["bytes"] > LARGE
        present = on_running_servers(load(Settings, data_dir=home.product.data_dir))
        assert present
        asked = 0

        async def count(_: Msg) -> None:
            nonlocal asked
            asked += 1

        async def at_rest() -> bool:
            before = asked
            await asyncio.sleep(3)
            return 0 < asked == before

        path = f"/api/v1/admin/backups/{made['name']}/file"
        async with operator_connection(present) as bus:
            await bus.subscribe(ReadBackupPiece.subject, cb=count)
            await bus.flush()
            async with olive.http.stream("GET", path) as answer:
                assert answer.status_code == 200 and answer.headers["content-length"] == str(made["bytes"])
                pieces = answer.aiter_raw()
                digest = hashlib.sha256(await anext(pieces))
                await eventually(at_rest, within=120)
                assert asked * PIECE < LARGE / 2
                async for piece in pieces:
                    digest.update(piece)
            pieces_of_it: int = math.ceil(made["bytes"] / PIECE)

            async def all_counted() -> bool:
                return asked >= pieces_of_it

            await eventually(all_counted)
            assert asked == pieces_of_it
        kept = home.product.data_dir / "backups" / made["name"]
        assert digest.hexdigest() == hashlib.sha256(kept.read_bytes()).hexdigest()


async def _answerer(sandbox: Sandbox) -> str | None:
    with suppress(MediaNestError), sandbox.as_user(role=Role.OWNER):
        place = (await sandbox.bus.call(ReadBackups(), timeout=10)).place
        return place.folder if place else None
    return None


async def _hosts_waiting(sandbox: Sandbox) -> bool:
    async with _database(sandbox) as connection:
        count = "select count(*) from pg_stat_activity where application_name = 'medianest-keeping-leader'"
        found: int = await connection.fetchval(f"{count} and datname = current_database()", timeout=20)
        return found == 2


async def _give_the_lock_away(sandbox: Sandbox) -> None:
    """As PostgreSQL does by itself once a connection has answered nothing for long enough. The proxy in between does
    answer, so that it has to be told."""
    async with _database(sandbox) as connection:
        held = "select pid from pg_locks where locktype = 'advisory' and granted and database = "
        ended = await connection.fetch(
            f"select pg_terminate_backend(pid) from ({held}(select oid from pg_database where datname = "
            "current_database())) as held",
            timeout=20,
        )
        assert len(ended) == 1


@asynccontextmanager
async def _database(sandbox: Sandbox) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(sandbox.settings["database_url"], timeout=20)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)

"""What administrators ask about backups, and have done, over the bus: with the operator's key, since whoever makes
backups is no service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg
import nats
import nats.errors
import structlog
from nats.aio.client import Client

from medianest import registry
from medianest.installation import on_running_servers
from medianest.keeping.keeper import BackupFolderAway, Keeper
from medianest.keeping.telling import on_the_bus
from medianest_common.bus import Bus, Handlers, Raw, require, require_caller, require_fresh
from medianest_common.bus.credentials import credentials
from medianest_common.bus.rpc import RpcServer, answering
from medianest_common.bus.wire import inbox
from medianest_common.clock import Clock
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.gateway import AdminDecided
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.keeping import (
    Backup,
    BackupOrigin,
    Backups,
    DeleteBackup,
    MakeBackup,
    OpenBackup,
    ReadBackupPiece,
    ReadBackups,
)
from medianest_common.db.relay import Leader
from medianest_common.lifecycle import database_url_of, load_keys
from medianest_common.seeds import OPERATOR
from medianest_common.settings import Settings, SettingsError

log = structlog.get_logger()

handlers = Handlers("keeping")

_CONNECT_SECONDS = 5
_AGAIN_SECONDS = 5.0
_ASK_EVERY_SECONDS = 5.0
_ASK_SECONDS = 5.0
"""Both together less than what a lock of a host without power is kept for."""
_FIRST_PERSON = "select min(created_at) from auth.users"
"""Since when there has been anything to keep, however often whoever makes backups is started anew."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions arrive, and what was decided is told before it is done: what cannot be told is not done, so
    nothing is missing from the audit log, whoever dies in between."""

    keeper: Keeper
    bus: Bus

    async def tell(self, action: str, about: str) -> None:
        await self.bus.emit_now(AdminDecided(action=action, about=about, actor_id=require_caller().user_id))


@handlers.rpc
async def on_read_backups(query: ReadBackups, desk: Desk) -> Backups:
    require(Permission.MANAGE_SERVICES)
    return await desk.keeper.read()


@handlers.rpc
async def on_make_backup(command: MakeBackup, desk: Desk) -> Backups:
    require(Permission.MANAGE_SERVICES)
    await desk.keeper.begin(BackupOrigin.ADMINISTRATOR, told=partial(desk.tell, "backup_make", "backups"))
    return await desk.keeper.read()


@handlers.rpc
async def on_delete_backup(command: DeleteBackup, desk: Desk) -> Nothing:
    require(Permission.MANAGE_SERVICES)
    require_fresh(now=desk.keeper.clock.now())
    about = f"backup:{(await desk.keeper.find(command.name)).name}"
    await desk.tell("backup_delete", about)
    try:
        await desk.keeper.let_go(command.name)
    except BackupFolderAway as error:
        # A disk that hangs may still delete it when it comes back.
        if not isinstance(error.__context__, TimeoutError):
            await desk.tell("backup_delete_failed", about)
        raise
    return Nothing()


@handlers.rpc
async def on_open_backup(query: OpenBackup, desk: Desk) -> Backup:
    require(Permission.MANAGE_SERVICES)
    require_fresh(now=desk.keeper.clock.now())
    return await _allowed(desk.keeper, query.name)


@handlers.rpc
async def on_read_backup_piece(query: ReadBackupPiece, desk: Desk) -> Raw:
    """A download may last longer than a proof of who one is, which was asked for when it was opened."""
    require(Permission.MANAGE_SERVICES)
    await _allowed(desk.keeper, query.name)
    return Raw(await desk.keeper.piece(query.name, query.start), "application/octet-stream")


async def _allowed(keeper: Keeper, name: str) -> Backup:
    """Whoever has all keys can make himself anybody, the owner too."""
    found = await keeper.find(name)
    if not found.encrypted:
        require(Permission.MANAGE_ADMINS)
    return found


async def answering_questions(keeper: Keeper, settings: Settings, *, clock: Clock) -> None:
    """Until it is cancelled. Of several hosts that make backups one answers, or administrators would see now one folder
    and now another: the one that holds a lock in the database, and when it has gone the next."""
    while (present := on_running_servers(settings)) is None:
        await asyncio.sleep(_AGAIN_SECONDS)
    # A service of ours, whose role and database every host knows.
    url = database_url_of(registry.service("auth"), present, keys=load_keys(settings))

    async def lead(connection: asyncpg.Connection) -> None:
        if since := await connection.fetchval(_FIRST_PERSON, timeout=_ASK_SECONDS):
            keeper.is_kept_since(since)
        async with asyncio.TaskGroup() as both:
            both.create_task(_until_cut_off(connection))
            both.create_task(_while_leading(keeper, settings, clock=clock))

    await Leader(url, service=handlers.service, work=lead).run()


async def _until_cut_off(connection: asyncpg.Connection) -> None:
    """Nobody tells a host that is cut off from the database, which gives the lock to the next after a while: raises
    before that."""
    while True:
        await asyncio.sleep(_ASK_EVERY_SECONDS)
        await connection.fetchval("select 1", timeout=_ASK_SECONDS)


async def _while_leading(keeper: Keeper, settings: Settings, *, clock: Clock) -> None:
    """A bus that is away is waited for: backups are made without it as well."""
    told = False
    while True:
        lost = asyncio.Event()
        try:
            async with _connected(settings, lost) as client:
                await _answer(client, keeper, clock=clock, until=lost)
            told = False
        except (nats.errors.Error, SettingsError, OSError, TimeoutError) as error:
            if not told:
                log.warning("backups_not_answered_for", error=str(error) or type(error).__name__)
            told = True
        await asyncio.sleep(_AGAIN_SECONDS)


async def _answer(client: Client, keeper: Keeper, *, clock: Clock, until: asyncio.Event) -> None:
    server = RpcServer(client, service=handlers.service)
    desk = Desk(keeper, Bus(client, service=OPERATOR, clock=clock))
    try:
        for spec in handlers.rpcs:
            await server.serve(
                spec.message.subject,
                answering(spec, app=desk, clock=clock),
                concurrency=spec.concurrency,
            )
        log.info("backups_answered_for")
        await until.wait()
    finally:
        await server.stop()


@asynccontextmanager
async def _connected(settings: Settings, lost: asyncio.Event) -> AsyncIterator[Client]:
    """`lost` is set once the client has given up."""
    present = on_the_bus(settings)
    if present is None:
        raise ConnectionError("NATS is not running")

    async def closed() -> None:
        lost.set()

    async def heard(error: Exception) -> None:
        log.debug("bus_error", error=str(error) or type(error).__name__)

    client = await nats.connect(
        present.nats_url,
        name=f"medianest-{handlers.service}",
        inbox_prefix=inbox(OPERATOR).encode(),
        connect_timeout=_CONNECT_SECONDS,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=10,
        closed_cb=closed,
        error_cb=heard,
        **credentials(present, user=OPERATOR).options(),
    )
    try:
        yield client
    finally:
        await client.close()

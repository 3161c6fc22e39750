"""Alembic for each service in its own schema. A look at one row decides whether Alembic is needed at all.

Migrations only add, so that the code of the release before goes on working beside them and after a step back. One that
takes away what no release in use needs any more says so: `oldest_code = "0014"` beside its `revision` is the newest
migration of the oldest code that can work with the tables afterwards.
"""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import structlog
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from medianest_common.db.database import CONNECT_TIMEOUT
from medianest_common.db.goodbye import BriefGoodbye
from medianest_common.db.roles import ensure_roles, role_url

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

    from medianest_common.service import Service

log = structlog.get_logger()

VERSION_TABLE = "alembic_version"
READ_TABLES = (
    f"select version_num, obj_description('{VERSION_TABLE}'::regclass) as oldest from {VERSION_TABLE}"  # noqa: S608
)
MIGRATING = (7316, 1)
"""The advisory lock of whoever migrates. A backup shares it with other readers: tables change their form afterwards."""
_TIMEOUT = 300.0
STATEMENT_TIMEOUT = "300s"
_LONGEST = 6 * 3600.0
"""For building an index beside everything else; the server ends all other statements much sooner."""
LOCK_TIMEOUT = "500ms"
"""Whoever comes after a waiting migration waits as long. Below the second after which PostgreSQL looks for deadlocks:
it is the migration that gives way."""
TURN_PAUSE = 0.5
_LOCK_NOT_AVAILABLE = "55P03"
_SAID = {
    _LOCK_NOT_AVAILABLE: "somebody has held one that is needed for five minutes",
    "57014": "a step was broken off, or took longer than five minutes",
}


def versions_dir(service: "Service") -> Path:
    return Path(str(resources.files(service.migrations)))


def head_of(service: "Service") -> str:
    """Revisions are named `NNNN` after their file `NNNN_what.py`, so the last file is the head."""
    return max(path.name[:4] for path in versions_dir(service).glob("[0-9]*_*.py"))


def with_tables(services: Sequence["Service"]) -> list["Service"]:
    return [service for service in services if service.metadata is not None]


class TablesTooNew(Exception):
    """The tables were made by a version that has taken away what this one needs."""


class MigrationFailed(Exception):
    """Says of whose tables, and why. What was done before stays, and the next attempt goes on from there."""


async def migrate(
    services: Sequence["Service"], *, admin_url: str, secret: bytes, revision: str = "head"
) -> None:
    """Bring every schema to `revision`; roles and schemas are made where they are missing. Safe from many replicas.

    Tables that a newer version has made are left as they are: this is a step back. Raises `TablesTooNew` if it is one
    too many, and `MigrationFailed`.
    """
    owners = with_tables(services)
    present = await _present(owners, admin_url=admin_url, secret=secret)
    if revision == "head":
        behind = [service for service in owners if _is_behind(service, present.get(service.name))]
        if not behind:
            return
        owners = behind
    await ensure_roles(admin_url, [service.name for service in services], secret=secret)
    for service in owners:
        assert service.metadata is not None
        try:
            await bring_to(
                revision,
                url=role_url(admin_url, service.name, secret=secret),
                versions=versions_dir(service),
                metadata=service.metadata,
            )
        except (DBAPIError, OSError, TimeoutError) as error:
            log.exception("migration_failed", service=service.name)
            raise MigrationFailed(
                f"The tables of {service.name} could not be brought up to date: {_said(error)}. What was done stays; "
                "mend that and start again (or run: medianest migrate), and it goes on from there."
            ) from error
        log.info("migrated", service=service.name, revision=revision)


def _said(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        error_of_database = error.orig or error
        known = _SAID.get(getattr(error_of_database, "sqlstate", None) or "")
        return known or str(error_of_database)
    return str(error) or "the database does not answer"


def _is_behind(service: "Service", tables: "Tables | None") -> bool:
    head = head_of(service)
    if tables is None or tables.version < head:
        return True
    if head < tables.oldest_code:
        raise TablesTooNew(
            f"The tables of {service.name} were made by a newer MediaNest ({tables.version}), and this one ({head}) "
            "is too old for them. Install that version again, or restore a backup of this one."
        )
    if tables.version > head:
        log.warning("tables_are_newer", service=service.name, tables=tables.version, ours=head)
    return False


@dataclass(frozen=True)
class Tables:
    """`oldest_code` is the newest migration of the oldest version that can work with them."""

    version: str
    oldest_code: str


async def _present(services: Sequence["Service"], *, admin_url: str, secret: bytes) -> dict[str, Tables]:
    """Asked as the services' own roles would be slower; but a role whose password has changed must be mended too."""
    found = {}
    for service in services:
        try:
            connection = await asyncpg.connect(
                role_url(admin_url, service.name, secret=secret),
                timeout=CONNECT_TIMEOUT,
                command_timeout=CONNECT_TIMEOUT,
            )
        except asyncpg.PostgresError:
            continue
        try:
            if tables := await read_tables(connection):
                found[service.name] = tables
        except asyncpg.PostgresError:
            continue
        finally:
            await connection.close(timeout=2)
    return found


async def read_tables(connection: asyncpg.Connection) -> Tables | None:
    """Of the schema that the connection looks into; raises `asyncpg.PostgresError` where there are none."""
    return tables_in(await connection.fetchrow(READ_TABLES, timeout=CONNECT_TIMEOUT))


def tables_in(row: Mapping[Any, Any] | None) -> Tables | None:
    return Tables(version=row["version_num"], oldest_code=row["oldest"] or "") if row else None


async def bring_to(revision: str, *, url: str, versions: Path, metadata: MetaData) -> None:
    """Again and again while somebody holds what a step needs: nobody waits for a migration longer than it may wait.

    For whoever migrates or makes a backup just now it waits as long as that takes.
    """
    schema = make_url(url).username
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        connect_args={
            "connection_class": BriefGoodbye,
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": _LONGEST,
        },
        # The lock of whoever migrates ends with its connection.
        poolclass=NullPool,
    )
    try:
        async with engine.connect() as connection:
            await _until_our_turn(connection, schema)
            deadline = time.monotonic() + _TIMEOUT
            while True:
                try:
                    await connection.run_sync(upgrade, versions, metadata, revision)
                    return
                except DBAPIError as error:
                    if (
                        getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE
                        or time.monotonic() > deadline
                    ):
                        raise
                    await connection.rollback()
                    log.info("migration_waits", schema=schema, what="a table in use")
                    await asyncio.sleep(TURN_PAUSE)
    finally:
        await engine.dispose()


async def _until_our_turn(connection: AsyncConnection, schema: str | None) -> None:
    """Asked for again and again, each time in a transaction of its own. Who waits inside one keeps a snapshot, and an
    index that is built beside everything else waits for all of these: they would wait for each other."""
    told = False
    while True:
        ours = await connection.scalar(text("select pg_try_advisory_lock({}, {})".format(*MIGRATING)))
        await connection.commit()
        if ours:
            return
        if not told:
            log.info("migration_waits", schema=schema, what="another migration or a backup")
            told = True
        await asyncio.sleep(TURN_PAUSE)


def upgrade(connection: Connection, versions: Path, metadata: MetaData, revision: str = "head") -> None:
    """Run the migrations in `versions` on a connection whose search path is the schema they belong to; each in a
    transaction of its own, so that no table is held while another is worked on."""
    _spare_pygments()
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = script_directory(versions)

    def steps(present: Any, _: Any) -> Any:
        return script._upgrade_revs(revision, present)

    connection.execute(text(f"set statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    with EnvironmentContext(Config(), script, fn=steps, destination_rev=revision) as environment:
        environment.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=VERSION_TABLE,
            transaction_per_migration=True,
        )
        with environment.begin_transaction():
            environment.run_migrations()
    taken = script.walk_revisions(head=revision)
    oldest = max((getattr(step.module, "oldest_code", "") for step in taken), default="")
    if oldest and not oldest.isdecimal():
        raise ValueError(f"oldest_code has to name a migration, and is {oldest!r}")
    connection.execute(text(f"comment on table {VERSION_TABLE} is '{oldest}'"))
    connection.commit()


def _spare_pygments() -> None:
    """Alembic brings Mako, whose pages of errors would have their listings in colour: half a second of reading for
    what nobody sees."""
    sys.modules.setdefault("mako.ext.pygmentplugin", cast(ModuleType, None))


def script_directory(versions: Path) -> "ScriptDirectory":
    _spare_pygments()
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(versions.parent), version_locations=[str(versions)])

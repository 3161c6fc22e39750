"""Alembic for each service in its own schema. A look at one row decides whether Alembic is needed at all."""

import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import structlog
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from medianest_common.db.database import CONNECT_TIMEOUT
from medianest_common.db.roles import ensure_roles, role_url

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

    from medianest_common.service import Service

log = structlog.get_logger()

VERSION_TABLE = "alembic_version"
_TIMEOUT = 300.0


def versions_dir(service: "Service") -> Path:
    return Path(str(resources.files(service.migrations)))


def head_of(service: "Service") -> str:
    """Revisions are named `NNNN` after their file `NNNN_what.py`, so the last file is the head."""
    return max(path.name[:4] for path in versions_dir(service).glob("[0-9]*_*.py"))


def with_tables(services: Sequence["Service"]) -> list["Service"]:
    return [service for service in services if service.metadata is not None]


async def migrate(
    services: Sequence["Service"], *, admin_url: str, secret: bytes, revision: str = "head"
) -> None:
    """Bring every schema to `revision`; roles and schemas are made where they are missing. Safe from many replicas."""
    owners = with_tables(services)
    if revision == "head" and await _all_at_head(owners, admin_url=admin_url, secret=secret):
        return
    await ensure_roles(admin_url, [service.name for service in services], secret=secret)
    for service in owners:
        assert service.metadata is not None
        engine = create_async_engine(
            make_url(role_url(admin_url, service.name, secret=secret)).set(drivername="postgresql+asyncpg"),
            connect_args={"timeout": CONNECT_TIMEOUT, "command_timeout": _TIMEOUT},
        )
        try:
            async with engine.connect() as connection:
                await connection.run_sync(upgrade, versions_dir(service), service.metadata, revision)
                await connection.commit()
        finally:
            await engine.dispose()
        log.info("migrated", service=service.name, revision=revision)


async def _all_at_head(services: Sequence["Service"], *, admin_url: str, secret: bytes) -> bool:
    """Asked as the services' own roles would be slower; but a role whose password has changed must be mended too."""
    for service in services:
        try:
            connection = await asyncpg.connect(
                role_url(admin_url, service.name, secret=secret),
                timeout=CONNECT_TIMEOUT,
                command_timeout=CONNECT_TIMEOUT,
            )
        except asyncpg.PostgresError:
            return False
        try:
            present = await connection.fetchval("select version_num from alembic_version")
        except asyncpg.PostgresError:
            return False
        finally:
            await connection.close(timeout=2)
        if present != head_of(service):
            return False
    return True


def upgrade(connection: Connection, versions: Path, metadata: MetaData, revision: str = "head") -> None:
    """Run the migrations in `versions` on a connection whose search path is the schema they belong to."""
    _spare_pygments()
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = script_directory(versions)

    def steps(present: Any, _: Any) -> Any:
        return script._upgrade_revs(revision, present)

    connection.execute(text("select pg_advisory_xact_lock(7316, 1)"))
    with EnvironmentContext(Config(), script, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE)
        with environment.begin_transaction():
            environment.run_migrations()


def _spare_pygments() -> None:
    """Alembic brings Mako, whose pages of errors would have their listings in colour: half a second of reading for
    what nobody sees."""
    sys.modules.setdefault("mako.ext.pygmentplugin", cast(ModuleType, None))


def script_directory(versions: Path) -> "ScriptDirectory":
    _spare_pygments()
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(versions.parent), version_locations=[str(versions)])

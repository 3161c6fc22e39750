"""One role per service, granted its own schema and nothing else."""

import hmac
from collections.abc import Iterable

import asyncpg
from sqlalchemy.engine import URL, make_url

from medianest_common.db.database import CONNECT_TIMEOUT, EXTENSIONS

_TIMEOUT = 30.0


def role_url(admin_url: str, service: str, *, secret: bytes) -> str:
    """The address a service connects with: its own role on the administrator's server, with a derived password."""
    url: URL = make_url(admin_url).set(
        drivername="postgresql", username=role_name(service), password=role_password(service, secret=secret)
    )
    return url.render_as_string(hide_password=False)


def role_name(service: str) -> str:
    return f"medianest_{service}"


def role_password(service: str, *, secret: bytes) -> str:
    return hmac.digest(secret, f"database role {service}".encode(), "sha256").hex()


async def ensure_roles(admin_url: str, services: Iterable[str], *, secret: bytes) -> None:
    """Create roles and schemas that are missing and set the passwords; safe to run again."""
    dsn = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, command_timeout=_TIMEOUT)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(7316, 0)")
            await connection.execute("revoke all on schema public from public")
            await connection.execute(f"create schema if not exists {EXTENSIONS}")
            for extension in ("pg_trgm",):
                await connection.execute(f"create extension if not exists {extension} schema {EXTENSIONS}")
            for service in services:
                await _ensure_role(connection, service, password=role_password(service, secret=secret))
    finally:
        await connection.close(timeout=2)


async def _ensure_role(connection: asyncpg.Connection, service: str, *, password: str) -> None:
    role = role_name(service)
    if not service.isidentifier():
        raise ValueError(f"{service!r} cannot be the name of a role and schema")
    if not await connection.fetchval("select 1 from pg_roles where rolname = $1", role):
        await connection.execute(f'create role "{role}" login')
    # Roles cannot be given as parameters; the name is an identifier and the password is hex.
    await connection.execute(f"alter role \"{role}\" with login password '{password}'")
    await connection.execute(f'grant "{role}" to current_user')
    await connection.execute(f'create schema if not exists "{service}" authorization "{role}"')
    await connection.execute(f'grant usage on schema {EXTENSIONS} to "{role}"')
    await connection.execute(f'alter role "{role}" set search_path = "{service}", {EXTENSIONS}')

"""Where the tables of a backup are made: never in what is in use.

A server of ours gets a folder of its own. On somebody else's server it is a database of its own, which changes its name
with the one in use in one transaction at the end. A service whose database is elsewhere has to have an empty schema
there, which is emptied again if anything goes wrong.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy.engine import make_url

from medianest import registry
from medianest.errors import Refused
from medianest.keeping.loading import connected

_MAINTENANCE = "postgres"
_LONGEST_NAME = 30
"""With what is added, still a name that PostgreSQL does not cut off at 63 letters."""
_WITH_TABLES = """
    select distinct n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema')
"""
_AT_WORK = """
    select count(*) from pg_stat_activity
    where datname = $1 and pid <> pg_backend_pid() and application_name like 'medianest-%'
"""
_SEND_AWAY = """
    select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()
"""
_TRIES = 3
_EMPTY = """
    do $$ declare what record; begin
        for what in select oid::regclass as name from pg_class
            where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
        loop execute format('drop table %s cascade', what.name); end loop;
        for what in select oid::regprocedure as name from pg_proc where pronamespace = current_schema()::regnamespace
        loop execute format('drop function %s cascade', what.name); end loop;
        for what in select oid::regtype as name from pg_type
            where typnamespace = current_schema()::regnamespace and typtype = 'e'
        loop execute format('drop type %s cascade', what.name); end loop;
    end $$
"""


class DatabaseBeside:
    """On a server that is not ours. `swap` is the moment at which it is restored."""

    def __init__(self, url: str, *, aside: str) -> None:
        self._parts = make_url(url)
        self._name = str(self._parts.database)
        self._fresh = f"{self._name[:_LONGEST_NAME]}_restoring"
        self._aside = f"{self._name[:_LONGEST_NAME]}_{aside}"
        self._is_taken = self._exists = False

    @property
    def url(self) -> str:
        return self._named(self._fresh)

    async def make(self, *, force: bool) -> None:
        """Raises `Refused` where what is there is not to be put aside."""
        async with connected(self._named(_MAINTENANCE)) as server:
            self._exists = bool(
                await server.fetchval("select count(*) from pg_database where datname = $1", self._name)
            )
            await self._ensure_nobody_works(server)
        if self._exists:
            await self._look_into_the_present_one(force=force)
        async with connected(self._named(_MAINTENANCE)) as server:
            await server.execute(f'drop database if exists "{self._fresh}" with (force)')
            await server.execute(f'create database "{self._fresh}"')

    async def _look_into_the_present_one(self, *, force: bool) -> None:
        async with connected(self._named(self._name)) as present:
            with_tables = {row["nspname"] for row in await present.fetch(_WITH_TABLES)}
        self._is_taken = bool(with_tables & set(registry.ALL))
        if others := with_tables - set(registry.ALL):
            raise Refused(
                f"The database {self._name} holds tables of others (schema {', '.join(sorted(others))}). Restoring "
                "gives MediaNest another database of that name: name one in MEDIANEST_DATABASE_URL that is its own."
            )
        if self._is_taken and not force:
            raise Refused(
                f"There is an installation in the database {self._name}. With --force it is put aside, as a database "
                "of another name, and the backup takes its place."
            )

    async def swap(self) -> str | None:
        """Returns the name that the old one has now, where there was something in it."""
        async with connected(self._named(_MAINTENANCE)) as server:
            for tries_left in reversed(range(_TRIES)):
                try:
                    await self._send_others_away(server)
                    await self._rename(server)
                    break
                except (asyncpg.ObjectInUseError, asyncpg.InsufficientPrivilegeError) as error:
                    # A pool comes back at once, and now and then it comes between.
                    if not tries_left or not isinstance(error, asyncpg.ObjectInUseError):
                        raise Refused(
                            f"Somebody is connected to the database {self._name} and cannot be sent away ({error}). "
                            "End what is connected there, monitoring and tools as well, and try again."
                        ) from None
            if self._exists and not self._is_taken:
                # It is empty. What goes wrong here changes nothing about what is restored.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await server.execute(f'drop database "{self._aside}" with (force)')
        return f"the database {self._aside}" if self._is_taken else None

    async def _send_others_away(self, server: asyncpg.Connection) -> None:
        """Whoever only looks on, such as an exporter. Raises `Refused` for services that came meanwhile."""
        await self._ensure_nobody_works(server)
        await server.execute(_SEND_AWAY, self._name)

    async def _rename(self, server: asyncpg.Connection) -> None:
        async with server.transaction():
            if self._exists:
                await server.execute(f'alter database "{self._name}" rename to "{self._aside}"')
            await server.execute(f'alter database "{self._fresh}" rename to "{self._name}"')

    async def _ensure_nobody_works(self, server: asyncpg.Connection) -> None:
        if at_work := await server.fetchval(_AT_WORK, self._name):
            raise Refused(
                f"Services are at work in the database ({at_work} connections). Stop all of them first."
            )

    async def give_up(self) -> None:
        async with connected(self._named(_MAINTENANCE)) as server:
            await server.execute(f'drop database if exists "{self._fresh}" with (force)')

    def _named(self, database: str) -> str:
        return self._parts.set(database=database).render_as_string(hide_password=False)


@asynccontextmanager
async def emptied_on_failure(own: Sequence[tuple[str, str]]) -> AsyncIterator[None]:
    """Services with the address of the database that each has for itself."""
    for service, url in own:
        async with connected(url, search_path=service) as there:
            if await there.fetchval(
                "select count(*) from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'p')",
                service,
            ):
                raise Refused(
                    f"The schema {service} lies in a database of its own and is not empty. Rename it there, and make "
                    "an empty one that belongs to the same role."
                )
    try:
        yield
    except BaseException:
        for service, url in own:
            async with connected(url, search_path=service) as there:
                await there.execute(_EMPTY)
        raise

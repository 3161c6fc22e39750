"""A service of a new version waits for its tables, which somebody else brings up to date."""

import asyncio

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from medianest_common.db.database import CONNECT_TIMEOUT, Database
from medianest_common.db.migrate import READ_TABLES, Tables, head_of, tables_in
from medianest_common.service import Service

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_UNKNOWN = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""From connecting, which SQLAlchemy passes on as it is."""
_NONE = Tables(version="", oldest_code="")


async def until_migrated(service: Service, database: Database) -> None:
    """Those of a later version will do as long as they say so: this one may still run beside it, or has come back.
    While the database does not answer nobody knows what lies there."""
    head, told = head_of(service), ""
    while True:
        try:
            present = await _tables(database)
        except (*_UNKNOWN, SQLAlchemyError, OSError, TimeoutError) as error:
            event, said = "tables_not_known", {"error": repr(error), "hint": "look whether the database runs"}
        else:
            if present.version < head:
                event, said = "tables_out_of_date", {"present": present.version, "hint": "migrate"}
            elif head < present.oldest_code:
                hint = "install the version that made them again, or restore a backup of this one"
                event, said = "tables_too_new", {"present": present.version, "hint": hint}
            else:
                return
        if event != told:
            log.warning(event, service=service.name, wanted=head, **said)
            told = event
        await asyncio.sleep(_LOOK_SECONDS)


async def _tables(database: Database) -> Tables:
    async with asyncio.timeout(CONNECT_TIMEOUT), database.read() as connection:
        try:
            found = await connection.execute(text(READ_TABLES))
        except ProgrammingError:
            return _NONE
        return tables_in(found.mappings().first()) or _NONE

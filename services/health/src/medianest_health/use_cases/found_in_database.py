"""What is the matter with PostgreSQL, as far as an ordinary role sees it."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from medianest_common.contracts.health.findings import FindingCode, FindingSeverity, InstallationFinding
from medianest_health.app import HealthApp

_APART_SECONDS = 2.0
_CROWDED = 85
_OLDEST_POSTGRESQL = 15
# What the connections of others are for is shown to no ordinary role, but how many there are.
_DATABASE = text("""
    select current_setting('server_version_num')::int / 10000 as version, clock_timestamp() as now,
           100.0 * (select sum(numbackends) from pg_stat_database) / current_setting('max_connections')::int as share
""")


async def in_database(app: HealthApp) -> list[InstallationFinding]:
    async with app.db.read() as connection:
        asked_at = app.clock.now()
        row = (await connection.execute(_DATABASE)).mappings().one()
        answered_at = app.clock.now()
    return [*_apart(row["now"], asked_at, answered_at), *_server(row)]


def _apart(theirs: datetime, asked_at: datetime, answered_at: datetime) -> list[InstallationFinding]:
    """However long the answer took, it was given in between."""
    apart = max((asked_at - theirs).total_seconds(), (theirs - answered_at).total_seconds())
    if apart <= _APART_SECONDS:
        return []
    return [
        InstallationFinding(
            code=FindingCode.CLOCKS_APART,
            severity=FindingSeverity.WARNING,
            about="PostgreSQL",
            number=round(apart),
            text=f"The clocks of the services and of PostgreSQL are {apart:.0f} seconds apart.",
            advice="Turn on time synchronisation on every machine: sign-ins and deadlines depend on it.",
        )
    ]


def _server(row: Any) -> list[InstallationFinding]:
    found = []
    if row["share"] > _CROWDED:
        found.append(
            InstallationFinding(
                code=FindingCode.DATABASE_CROWDED,
                severity=FindingSeverity.CRITICAL,
                about="PostgreSQL",
                number=round(row["share"]),
                text=f"{row['share']:.0f} % of the connections that PostgreSQL allows are in use.",
                advice="Raise max_connections, or run fewer replicas: each of them may use eleven.",
            )
        )
    if row["version"] < _OLDEST_POSTGRESQL:
        found.append(
            InstallationFinding(
                code=FindingCode.DATABASE_OLD,
                severity=FindingSeverity.NOTICE,
                about="PostgreSQL",
                number=row["version"],
                text=f"PostgreSQL {row['version']} is older than what MediaNest is tried with.",
                advice=f"Bring it to {_OLDEST_POSTGRESQL} or newer.",
            )
        )
    return found

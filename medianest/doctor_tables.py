"""Whether the tables of all services are those that this version works with."""

from medianest import registry
from medianest.finding import Finding, bad, good
from medianest_common.settings import Settings

_TIMEOUT = 10.0


async def tables(settings: Settings) -> Finding:
    import asyncpg

    from medianest_common.db.migrate import head_of, read_tables, with_tables
    from medianest_common.db.roles import role_url
    from medianest_common.lifecycle import load_keys, role_secret

    secret = role_secret(load_keys(settings))
    behind: list[str] = []
    newer: list[str] = []
    too_new: list[str] = []
    owners = with_tables(registry.services())
    untouched = 0
    for service in owners:
        try:
            connection = await asyncpg.connect(
                role_url(settings.database_url, service.name, secret=secret), timeout=_TIMEOUT
            )
            try:
                present = await read_tables(connection)
            finally:
                await connection.close(timeout=_TIMEOUT)
        except asyncpg.PostgresError:
            present = None
        untouched += present is None
        head = head_of(service)
        if present is None or present.version < head:
            behind.append(f"{service.name} is at {present.version if present else 'nothing'}, not {head}")
        elif present.version > head:
            (too_new if head < present.oldest_code else newer).append(service.name)
    if untouched == len(owners):
        return good("tables", "none yet; the first start makes them")
    if too_new:
        return bad(
            "tables",
            f"a newer MediaNest has changed those of {', '.join(too_new)} so that this one cannot work with them",
            "Install that version again, or restore a backup of this one.",
        )
    if behind:
        return bad("tables", "; ".join(behind), "Run: medianest migrate (a start does it too).")
    if newer:
        return good(
            "tables",
            f"a newer MediaNest has added to those of {', '.join(newer)}; this one can work with them",
        )
    return good("tables", f"up to date in {len(owners)} services")

"""How an import goes or went: its progress, its counts, and each thing it found."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.bus import require, require_operator
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media.importing import (
    Finding,
    FindingKind,
    GetImports,
    ImportCounts,
    ImportRun,
    LastImports,
    ListFindings,
    OperatorGetImports,
    OperatorListFindings,
    Outcome,
    UnknownValue,
)
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_media.app import MediaApp
from medianest_media.models import Import

_COUNTS = text("""
    select kind, outcome, count(*) as n from import_findings where import_id = :id group by kind, outcome
""")
_ODD = text("""
    select odd, count(*) as n from import_findings where import_id = :id and odd is not null
     group by odd order by n desc, odd limit 50
""")
_FINDINGS = """
    select f.kind, f.their_id, f.outcome, f.reason, f.said, t.title, p.said ->> 'name' as requester
      from import_findings f
      left join titles t on f.kind = 'request' and t.media_type = f.said -> 'request' ->> 'media_type'
           and t.tmdb_id = cast(f.said -> 'request' ->> 'tmdb_id' as bigint)
      left join import_findings p on f.kind = 'request' and p.import_id = f.import_id and p.kind = 'person'
           and p.their_id = cast(f.said ->> 'requested_by' as bigint)
     where f.import_id = :id and f.kind = :kind and {conditions} order by f.their_id limit :rows
"""
_PEOPLE = (Outcome.MATCHED, Outcome.TO_INVITE, Outcome.NO_PLEX, Outcome.LEFT)
_CURSOR = "findings"


async def get_imports(app: MediaApp, query: GetImports) -> LastImports:
    require(Permission.MANAGE_SERVICES)
    return await _last(app)


async def operator_get_imports(app: MediaApp, query: OperatorGetImports) -> LastImports:
    require_operator()
    return await _last(app)


async def list_findings(app: MediaApp, query: ListFindings) -> Page[Finding]:
    require(Permission.MANAGE_SERVICES)
    return await _findings(app, query)


async def operator_list_findings(app: MediaApp, query: OperatorListFindings) -> Page[Finding]:
    require_operator()
    return await _findings(app, query)


async def shown_run(connection: AsyncConnection, import_id: UUID) -> ImportRun:
    found = await connection.execute(select(*Import.__table__.columns).where(Import.id == import_id))
    return await _shown(connection, found.mappings().one())


async def _last(app: MediaApp) -> LastImports:
    statement = (
        select(Import.dry_run, func.max(Import.started_at).label("at")).group_by(Import.dry_run).subquery()
    )
    latest = select(*Import.__table__.columns).join(
        statement, (Import.dry_run == statement.c.dry_run) & (Import.started_at == statement.c.at)
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(latest)).mappings().all()
        runs = {row["dry_run"]: await _shown(connection, row) for row in rows}
    return LastImports(dry_run=runs.get(True), real=runs.get(False))


async def _shown(connection: AsyncConnection, row: RowMapping) -> ImportRun:
    counts: dict[str, dict[str | None, int]] = {FindingKind.PERSON: {}, FindingKind.REQUEST: {}}
    for kind, outcome, n in await connection.execute(_COUNTS, {"id": row["id"]}):
        counts[kind][outcome] = n
    odd = (await connection.execute(_ODD, {"id": row["id"]})).all()
    people, requests = counts[FindingKind.PERSON], counts[FindingKind.REQUEST]
    return ImportRun(
        id=row["id"],
        dry_run=row["dry_run"],
        state=row["state"],
        step=row["step"],
        read=sum(requests.values()),
        total=row["total"],
        judged=sum(n for outcome, n in requests.items() if outcome is not None),
        problem=row["problem"],
        counts=ImportCounts(
            people={outcome: people.get(outcome, 0) for outcome in _PEOPLE},
            requests={outcome: requests.get(outcome, 0) for outcome in Outcome if outcome not in _PEOPLE},
        ),
        unknown_values=[UnknownValue(value=value, requests=n) for value, n in odd],
        unreadable=row["unreadable"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


async def _findings(app: MediaApp, query: ListFindings | OperatorListFindings) -> Page[Finding]:
    values: dict[str, Any] = {"id": query.import_id, "kind": query.about.value, "rows": query.limit + 1}
    conditions = ["f.outcome is not null"]
    if query.outcome is not None:
        conditions.append("f.outcome = :outcome")
        values["outcome"] = query.outcome.value
    if query.cursor:
        (values["after"],) = decode_cursor(query.cursor, _CURSOR, int)
        conditions.append("f.their_id > :after")
    statement = text(_FINDINGS.format(conditions=" and ".join(conditions)))
    async with app.db.read() as connection:
        known = await connection.execute(select(Import.id).where(Import.id == query.import_id))
        if known.first() is None:
            raise NotFound("There is no such import.")
        rows = (await connection.execute(statement, values)).mappings().all()
    page = rows[: query.limit]
    more = len(rows) > query.limit
    return Page[Finding](
        items=[_finding(row) for row in page],
        next_cursor=encode_cursor(_CURSOR, page[-1]["their_id"]) if more else None,
    )


def _finding(row: RowMapping) -> Finding:
    said: dict[str, Any] = row["said"]
    kept: dict[str, Any] = said.get("kept") or {}
    request: dict[str, Any] | None = said.get("request")
    if row["kind"] == FindingKind.PERSON or request is None:
        number = f"{'Overseerr user' if row['kind'] == FindingKind.PERSON else 'Request'} {row['their_id']}"
        return Finding(
            kind=row["kind"],
            their_id=row["their_id"],
            outcome=row["outcome"],
            reason=row["reason"],
            name=str(said.get("name") or number),
        )
    kind = "Film" if request["media_type"] == "movie" else "Show"
    return Finding(
        kind=row["kind"],
        their_id=row["their_id"],
        outcome=row["outcome"],
        reason=row["reason"],
        name=row["title"] or f"{kind} {request['tmdb_id']}",
        media_type=request["media_type"],
        tmdb_id=request["tmdb_id"],
        is_4k=request["is_4k"],
        seasons=kept.get("seasons", request["seasons"]),
        status=kept.get("status"),
        requested_by=row["requester"],
        created_at=said["created_at"],
    )

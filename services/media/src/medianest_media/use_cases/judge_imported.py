"""What becomes of each request that an import has found. A dry run judges in the same way and keeps nothing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.importing import FindingKind, ImportStep, Outcome
from medianest_common.db import Transaction
from medianest_media.adapters.backend import BackendRequest
from medianest_media.adapters.overseerr_archive import TheirRequest
from medianest_media.app import MediaApp
from medianest_media.holdings import NOTHING_KNOWN, Holding
from medianest_media.imported import TAKEN, Judged, is_there, request_id, status_of, with_part
from medianest_media.models import EVERY_SEASON, Claim, Import, ImportFinding, Request
from medianest_media.repository import read_holdings
from medianest_media.repository.importing import ImportFindings
from medianest_media.states import WAITING
from medianest_media.use_cases.keep_imported import keep_imported
from medianest_media.use_cases.match_imported import match_people

BATCH = 500
_FILM = 0

type Wanted = tuple[MediaType, int, bool]
"""A title in one quality."""


async def judge_some(app: MediaApp, tx: Transaction, run: Import) -> None:
    """A batch of a real run, which is kept at once; all of a dry run, of which nothing is."""
    people = await match_people(app, tx, run)
    findings = ImportFindings(tx.session)
    taken: dict[Wanted, set[int]] = {}
    while batch := await findings.unjudged(run.id, limit=BATCH):
        judged = await _judged(app, tx.session, batch, taken)
        if not run.dry_run:
            judged = await keep_imported(app, tx, judged, people)
        await findings.judged(run.id, FindingKind.REQUEST, [_row(each) for each in judged])
        if not run.dry_run:
            return
    await findings.forget_left(run.id)
    run.step = ImportStep.DONE


async def _judged(
    app: MediaApp, session: AsyncSession, batch: Sequence[ImportFinding], taken: dict[Wanted, set[int]]
) -> list[Judged]:
    read = [(finding, TheirRequest.model_validate(_readable(finding))) for finding in batch]
    requests = [theirs.request for _, theirs in read]
    known = await _known(app, session, [request_id(theirs) for _, theirs in read], requests)
    await _add_claims(session, requests, taken)
    holdings = await read_holdings(session, [(each.media_type, each.tmdb_id) for each in requests])
    found: list[Judged] = []
    for finding, theirs in read:
        holding = holdings.get((theirs.request.media_type, theirs.request.tmdb_id), NOTHING_KNOWN)
        plain = _plain(app, finding, theirs, holding)
        if request_id(theirs) in known or _as_ours(theirs.request) in known:
            found.append(replace(plain, outcome=Outcome.KNOWN))
            continue
        found.append(_decided(plain, holding, taken))
    return found


def _readable(finding: ImportFinding) -> dict[str, object]:
    """People are named by their numbers; who they are stands in their own findings."""
    return {**finding.said, "requested_by": None, "modified_by": None, "odd": finding.odd}


def _plain(app: MediaApp, finding: ImportFinding, theirs: TheirRequest, holding: Holding) -> Judged:
    status, reason = status_of(theirs, now=app.clock.now(), holding=holding)
    return Judged(
        their_id=finding.their_id,
        theirs=theirs,
        requested_by=finding.said.get("requested_by"),
        modified_by=finding.said.get("modified_by"),
        outcome=Outcome.NEW,
        status=status,
        status_reason=reason,
        seasons=theirs.request.seasons if theirs.request.media_type is MediaType.TV else (),
    )


def _decided(plain: Judged, holding: Holding, taken: dict[Wanted, set[int]]) -> Judged:
    """`taken` grows by what it claims, so that two that want the same meet in a dry run as well."""
    request = plain.theirs.request
    if request.media_type is MediaType.TV and not request.seasons:
        return replace(plain, outcome=Outcome.CONFLICT, reason="It names no season.")
    wanted = (_FILM,) if request.media_type is MediaType.MOVIE else request.seasons
    held = taken.setdefault(_wanted(request), set())
    free = () if EVERY_SEASON in held else tuple(n for n in wanted if n not in held)
    if plain.status not in WAITING:
        claims = free if plain.status is RequestStatus.AVAILABLE and is_there(request, holding) else ()
        held.update(claims)
        return replace(plain, claims=claims)
    if not free:
        return replace(plain, outcome=Outcome.CONFLICT, reason=TAKEN)
    held.update(free)
    return with_part(replace(plain, claims=free), free)


async def _known(
    app: MediaApp, session: AsyncSession, ids: Sequence[object], requests: Iterable[BackendRequest]
) -> set[object]:
    """Requests that were imported before, and those that went to Overseerr from here."""
    mine = set((await session.execute(select(Request.id).where(Request.id.in_(ids)))).scalars())
    rows = await session.execute(
        select(Request.backend_id, Request.media_type, Request.tmdb_id, Request.is_4k).where(
            Request.backend_id.in_([each.id for each in requests]),
            Request.backend == app.backend.name,
        )
    )
    return mine | {tuple(row) for row in rows}


def _as_ours(request: BackendRequest) -> tuple[int, MediaType, int, bool]:
    return request.id, request.media_type, request.tmdb_id, request.is_4k


async def _add_claims(
    session: AsyncSession, requests: Iterable[BackendRequest], taken: dict[Wanted, set[int]]
) -> None:
    """What is claimed of these titles at this moment, beside what was claimed in the course of a dry run."""
    titles = {_wanted(each) for each in requests}
    statement = select(Claim.media_type, Claim.tmdb_id, Claim.is_4k, Claim.season).where(
        tuple_(Claim.media_type, Claim.tmdb_id, Claim.is_4k).in_(list(titles))
    )
    for media_type, tmdb_id, is_4k, season in await session.execute(statement):
        taken.setdefault((media_type, tmdb_id, is_4k), set()).add(season)


def _wanted(request: BackendRequest) -> Wanted:
    return request.media_type, request.tmdb_id, request.is_4k


def _row(judged: Judged) -> tuple[int, str, str | None, str]:
    kept = {"status": judged.status.value, "seasons": list(judged.seasons)}
    return judged.their_id, judged.outcome.value, judged.reason, json.dumps(kept)

"""Requests from before become requests here, as they were: when, by whom, for what, and what came of it.

They are in line with their twins from the start, so nothing is filed again; they count for no quota; and no event tells
of them, since nothing of it is news.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus
from medianest_common.contracts.media.importing import Outcome
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.imported import TAKEN, Judged, request_id, with_part
from medianest_media.models import Claim, History, Person, Request, SeenTitle
from medianest_media.states import WAITING
from medianest_media.titles import placeholder, words_of
from medianest_media.use_cases.match_imported import Everybody, keep_strangers


async def keep_imported(
    app: MediaApp, tx: Transaction, judged: Sequence[Judged], people: Everybody
) -> list[Judged]:
    """As they were judged, unless somebody was faster to ask for the same."""
    new = [each for each in judged if each.outcome is Outcome.NEW]
    numbers = [number for each in new for number in (each.requested_by, each.modified_by)]
    await keep_strangers(tx, people.strangers(numbers))
    await _lock(tx, {people.who(each.requested_by)[0] for each in new})
    got = await _stake(tx, new)
    settled = [_settled(each, got) if each.outcome is Outcome.NEW else each for each in judged]
    staying = [each for each in settled if each.outcome is Outcome.NEW]
    if staying:
        await _insert(app, tx, staying, people)
    return settled


async def _lock(tx: Transaction, people: set[UUID]) -> None:
    """In one order: their requests, and the counts of them, come after ours."""
    statement = select(Person.id).where(Person.id.in_(people)).order_by(Person.id)
    await tx.session.execute(statement.with_for_update(key_share=True))


async def _stake(tx: Transaction, new: Sequence[Judged]) -> dict[UUID, set[int]]:
    rows = [
        {
            "tmdb_id": each.theirs.request.tmdb_id,
            "media_type": each.theirs.request.media_type,
            "is_4k": each.theirs.request.is_4k,
            "season": season,
            "request_id": request_id(each.theirs),
        }
        for each in new
        for season in each.claims
    ]
    got: dict[UUID, set[int]] = defaultdict(set)
    if not rows:
        return got
    rows.sort(key=lambda row: (row["tmdb_id"], row["media_type"], row["is_4k"], row["season"]))
    statement = upsert(Claim).values(rows).on_conflict_do_nothing().returning(Claim.request_id, Claim.season)
    for number, season in await tx.session.execute(statement):
        got[number].add(season)
    return got


def _settled(each: Judged, got: dict[UUID, set[int]]) -> Judged:
    mine = got.get(request_id(each.theirs), set())
    if each.status not in WAITING or mine == set(each.claims):
        return each
    if not mine:
        return replace(each, outcome=Outcome.CONFLICT, reason=TAKEN)
    return with_part(each, sorted(mine))


async def _insert(app: MediaApp, tx: Transaction, new: Sequence[Judged], people: Everybody) -> None:
    titles = await _titles(
        tx, {(each.theirs.request.media_type, each.theirs.request.tmdb_id) for each in new}
    )
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for each in new:
        history = _history(each, people)
        rows.append(_request(app, each, people, titles, version=len(history)))
        lines += history
    rows.sort(key=lambda row: (row["user_id"], row["media_type"], row["status"]))
    made = upsert(Request).values(rows).on_conflict_do_nothing().returning(Request.id)
    kept = set((await tx.session.execute(made)).scalars())
    lines = [line for line in lines if line["request_id"] in kept]
    if lines:
        await tx.session.execute(upsert(History).values(lines).on_conflict_do_nothing())


def _request(
    app: MediaApp,
    each: Judged,
    people: Everybody,
    titles: dict[tuple[MediaType, int], SeenTitle],
    *,
    version: int,
) -> dict[str, Any]:
    request, now = each.theirs.request, app.clock.now()
    seen = titles.get((request.media_type, request.tmdb_id))
    title = seen.title if seen else placeholder(request.media_type, request.tmdb_id)
    decided = each.status is not RequestStatus.PENDING
    return {
        "id": request_id(each.theirs),
        "user_id": people.who(each.requested_by)[0],
        "source": RequestSource.IMPORT.value,
        "media_type": request.media_type,
        "tmdb_id": request.tmdb_id,
        "is_4k": request.is_4k,
        "seasons": list(each.seasons),
        "title": title,
        "title_words": words_of(title),
        # Of what only a list has named, it is not known yet how it is called in the library.
        "title_known": seen is not None and seen.seasons is not None,
        "year": seen.year if seen else None,
        "poster_path": seen.poster_path if seen else None,
        "status": each.status,
        "status_since": each.theirs.updated_at if decided else each.theirs.created_at,
        "status_reason": each.status_reason,
        "version": version,
        "in_line": True,
        "backend": app.backend.name,
        "backend_id": request.id,
        "adopted": True,
        "attempted_at": now,
        "watched": each.status in WAITING,
        "checked_at": now,
        "uses_quota": False,
        "created_at": each.theirs.created_at,
        "updated_at": each.theirs.updated_at,
    }


def _history(each: Judged, people: Everybody) -> list[dict[str, Any]]:
    """That it was asked for, and what became of it, by whoever touched it last."""
    number = request_id(each.theirs)

    def line(version: int, status: RequestStatus, who: int | None, **values: Any) -> dict[str, Any]:
        actor, name = people.who(who)
        return {
            "request_id": number,
            "version": version,
            "status": status,
            "actor_id": actor if name else None,
            "actor_name": name,
            **values,
        }

    asked = line(
        1,
        RequestStatus.PENDING,
        each.requested_by,
        at=each.theirs.created_at,
        reason="Asked for in Overseerr.",
    )
    if each.status is RequestStatus.PENDING:
        return [asked]
    return [
        asked,
        line(2, each.status, each.modified_by, at=each.theirs.updated_at, reason=each.status_reason),
    ]


async def _titles(
    tx: Transaction, keys: set[tuple[MediaType, int]]
) -> dict[tuple[MediaType, int], SeenTitle]:
    statement = select(SeenTitle).where(tuple_(SeenTitle.media_type, SeenTitle.tmdb_id).in_(list(keys)))
    return {(each.media_type, each.tmdb_id): each for each in await tx.session.scalars(statement)}

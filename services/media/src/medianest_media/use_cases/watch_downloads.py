"""While somebody waits for something, look how far it has been downloaded, and tell them.

One replica does it. What it finds lies in the database, so that no list asks the backend for it.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, case, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.live import MOST_STATES, LiveFrame, LiveState, LiveStates
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.live import RequestProgress
from medianest_common.contracts.media.progress import REQUEST_PROGRESS, DownloadProgress
from medianest_common.contracts.notifications import PUSH_ADMINS, push_subject
from medianest_common.errors import MediaNestError
from medianest_media.adapters.backend import Download
from medianest_media.adapters.request_queue import downloads_for
from medianest_media.app import MediaApp
from medianest_media.models import Follower, Request, RequestDownload
from medianest_media.progress import is_for, together

log = structlog.get_logger()

TICK_SECONDS = 1.0
LOOK_SECONDS = 10.0
"""Also the least time between two frames about one request."""
EXPECTING = (RequestStatus.APPROVED, RequestStatus.PROCESSING, RequestStatus.PARTIALLY_AVAILABLE)
_BUDGET_SECONDS = 8.0
_MOST_REQUESTS = 900
_FORGOTTEN_AFTER = timedelta(minutes=2)
"""What the queue has not been able to say again for so long is not shown any more."""


class _Waiting(NamedTuple):
    id: UUID
    user_id: UUID
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    seasons: list[int]
    backend_id: int | None


async def watch_downloads(app: MediaApp) -> None:
    """Every ten seconds. Whatever goes wrong with it, nothing else does."""
    watch, now = app.watch, app.clock.monotonic()
    last = watch.downloads_polled_at
    if last is not None and now - last < LOOK_SECONDS:
        return
    watch.downloads_polled_at = now
    waiting, before = await _waiting(app)
    if not waiting and not before:
        return
    ids = [request.backend_id for request in waiting if request.backend_id is not None]
    try:
        async with asyncio.timeout(_BUDGET_SECONDS):
            downloads = await downloads_for(app.backend, ids) if waiting else []
    except (MediaNestError, TimeoutError) as error:
        log.info("downloads_not_seen", reason=getattr(error, "detail", "") or type(error).__name__)
        await _forget_old(app)
        return
    found = _by_request(app, waiting, downloads)
    changed = {
        request_id
        for request_id in found.keys() | before.keys()
        if found.get(request_id) != before.get(request_id)
    }
    await _store(app, found, gone=before.keys() - found.keys())
    if changed:
        await _tell(app, changed, found)


def _by_request(
    app: MediaApp, waiting: Sequence[_Waiting], downloads: Sequence[Download]
) -> dict[UUID, DownloadProgress]:
    now = app.clock.now()
    found = {}
    for request in waiting:
        mine = [
            d
            for d in downloads
            if is_for(d, request.media_type, request.tmdb_id, request.seasons, is_4k=request.is_4k)
        ]
        progress = together(mine, now=now)
        if progress is not None:
            found[request.id] = progress
    return found


async def _waiting(app: MediaApp) -> tuple[list[_Waiting], dict[UUID, DownloadProgress]]:
    """Those that somebody waits for, what changed last first, and what was seen of downloads before."""
    r = Request
    known_there = case((r.backend == app.backend.name, r.backend_id))
    waiting = (
        select(r.id, r.user_id, r.media_type, r.tmdb_id, r.is_4k, r.seasons, known_there)
        .where(r.status.in_(EXPECTING), r.watched)
        .order_by(r.updated_at.desc())
        .limit(_MOST_REQUESTS)
    )
    async with app.db.read() as connection:
        requests = [_Waiting(*row) for row in await connection.execute(waiting)]
        rows = (await connection.execute(select(RequestDownload.__table__))).mappings().all()
    return requests, {row["request_id"]: _progress_of(row) for row in rows}


def _progress_of(row: RowMapping) -> DownloadProgress:
    return DownloadProgress(
        percent=row["percent"],
        size=row["size"],
        left=row["left_bytes"],
        eta=row["eta"],
        state=row["status"],
        trouble=row["trouble"],
        items=row["items"],
    )


async def _store(app: MediaApp, found: dict[UUID, DownloadProgress], *, gone: Any) -> None:
    now = app.clock.now()
    rows = [
        {
            "request_id": request_id,
            "status": progress.state.value,
            "percent": progress.percent,
            "size": progress.size,
            "left_bytes": progress.left,
            "eta": progress.eta,
            "items": progress.items,
            "trouble": progress.trouble,
            "seen_at": now,
        }
        for request_id, progress in sorted(found.items())
    ]
    async with app.db.transaction() as tx:
        if gone:
            await tx.session.execute(
                delete(RequestDownload).where(RequestDownload.request_id.in_(list(gone)))
            )
        if rows:
            made = upsert(RequestDownload).values(rows)
            changes = {name: made.excluded[name] for name in rows[0] if name != "request_id"}
            await tx.session.execute(made.on_conflict_do_update(index_elements=["request_id"], set_=changes))


async def _forget_old(app: MediaApp) -> None:
    before = app.clock.now() - _FORGOTTEN_AFTER
    async with app.db.transaction() as tx:
        await tx.session.execute(delete(RequestDownload).where(RequestDownload.seen_at < before))


async def _tell(app: MediaApp, changed: set[UUID], found: dict[UUID, DownloadProgress]) -> None:
    """Whoever asked for it, whoever follows it, and administrators."""
    people = await _who_waits(app, changed)
    for request_id in sorted(changed):
        body = _frame_of(request_id, found.get(request_id)).model_dump_json().encode()
        await app.bus.publish_live(PUSH_ADMINS, body)
        for user_id in people.get(request_id, []):
            await app.bus.publish_live(push_subject(user_id), body)


async def read_progress_states(app: MediaApp) -> LiveStates:
    """What is shown now, for pages that have just been opened."""
    latest = select(RequestDownload.__table__).order_by(RequestDownload.request_id.desc())
    async with app.db.read() as connection:
        rows = (await connection.execute(latest.limit(MOST_STATES + 1))).mappings().all()
    people = await _who_waits(app, {row["request_id"] for row in rows})
    return LiveStates.first_of(
        [
            LiveState(
                frame=_frame_of(row["request_id"], _progress_of(row)),
                user_ids=people.get(row["request_id"], []),
                admins=True,
            )
            for row in rows
        ]
    )


async def _who_waits(app: MediaApp, requests: set[UUID]) -> dict[UUID, list[UUID]]:
    if not requests:
        return {}
    asked = select(Request.id, Request.user_id).where(Request.id.in_(requests))
    follow = select(Follower.request_id, Follower.user_id).where(Follower.request_id.in_(requests))
    people: dict[UUID, set[UUID]] = {}
    async with app.db.read() as connection:
        for rows in (asked, follow):
            for about, user_id in await connection.execute(rows):
                people.setdefault(about, set()).add(user_id)
    return {about: sorted(them) for about, them in people.items()}


def _frame_of(request_id: UUID, progress: DownloadProgress | None) -> LiveFrame:
    data = RequestProgress(request_id=request_id, download=progress).model_dump(mode="json")
    return LiveFrame(key=f"progress:{request_id}", type=REQUEST_PROGRESS, data=data)

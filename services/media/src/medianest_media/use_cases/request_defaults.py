"""What is chosen for what is asked for, as administrators lay it down."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import MediaType, SubmitRequest
from medianest_common.contracts.media.defaults import (
    Choice,
    DefaultsChanged,
    MediaDefaults,
    Offer,
    QualityDefaults,
    SetDefaults,
    TypeDefaults,
)
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_media.adapters.choosing import NOTHING, problems_with
from medianest_media.app import MediaApp
from medianest_media.keeping import TROUBLE
from medianest_media.models import Request, RequestDefault
from medianest_media.repository.defaults import CHOSEN, RequestDefaults, choice_in, read_defaults

_AT_ONCE = 500
_QUALITIES = (("standard", False), ("fourK", True))


async def get_defaults(app: MediaApp) -> MediaDefaults:
    require(Permission.DECIDE_REQUESTS)
    return MediaDefaults(items=list(await asyncio.gather(*(_shown(app, kind) for kind in MediaType))))


async def set_defaults(app: MediaApp, command: SetDefaults) -> TypeDefaults:
    """Both qualities at once. Raises `Invalid` for what the backend does not offer, and what it raises where it does
    not answer; that nothing is chosen can always be said."""
    by, kind = require(Permission.DECIDE_REQUESTS), command.media_type
    chosen = {False: command.standard, True: command.four_k}
    errors = [
        FieldError(f"{quality}.{problem.field}", problem.words)
        for quality, is_4k in _QUALITIES
        if chosen[is_4k] != NOTHING
        for problem in problems_with(
            chosen[is_4k], await app.backend.offer(kind, is_4k=is_4k), called=app.backend.called(kind)
        )
    ]
    if errors:
        raise Invalid(errors=errors)
    async with app.db.transaction() as tx:
        for is_4k, choice in chosen.items():
            await _keep(RequestDefaults(tx.session), app, kind, choice, is_4k=is_4k)
        await _try_again(tx, kind)
        tx.emit(DefaultsChanged(media_type=kind, actor_id=by.user_id))
    return await _shown(app, kind)


async def _try_again(tx: Transaction, kind: MediaType) -> None:
    """What waits may have waited for another choice."""
    waiting = (
        select(Request.id)
        .where(Request.in_line.is_(False), Request.media_type == kind, Request.waiting_reason.is_not(None))
        .order_by(Request.attempted_at)
        .limit(_AT_ONCE)
    )
    for request_id in (await tx.session.execute(waiting)).scalars():
        tx.enqueue(SubmitRequest(request_id=request_id))


async def _keep(
    defaults: RequestDefaults, app: MediaApp, kind: MediaType, choice: Choice, *, is_4k: bool
) -> None:
    row = RequestDefault
    if choice == NOTHING:
        await defaults.delete(row.backend == app.backend.name, row.media_type == kind, row.is_4k == is_4k)
        return
    key = {"backend": app.backend.name, "media_type": kind, "is_4k": is_4k}
    values = {name: getattr(choice, name) for name in CHOSEN}
    await defaults.upsert({**key, **values, "set_at": app.clock.now()}, keys=list(key))


async def _shown(app: MediaApp, kind: MediaType) -> TypeDefaults:
    async with app.db.read() as connection:
        rows = await read_defaults(connection, backend=app.backend.name)
    standard, four_k = await asyncio.gather(*(_quality(app, kind, rows, is_4k=k) for _, k in _QUALITIES))
    return TypeDefaults(media_type=kind, standard=standard, four_k=four_k)


async def _quality(
    app: MediaApp, kind: MediaType, rows: Mapping[tuple[MediaType, bool], RequestDefault], *, is_4k: bool
) -> QualityDefaults:
    row = rows.get((kind, is_4k))
    choice, since = choice_in(row), _since(row)
    offer = await _offer(app, kind, is_4k=is_4k)
    problems = problems_with(choice, offer, called=app.backend.called(kind)) if offer is not None else []
    return QualityDefaults(
        choice=choice, offer=offer, problems=[problem.words for problem in problems], set_at=since
    )


def _since(row: RequestDefault | None) -> datetime | None:
    return row.set_at if row is not None else None


async def _offer(app: MediaApp, kind: MediaType, *, is_4k: bool) -> Offer | None:
    try:
        return await app.backend.offer(kind, is_4k=is_4k)
    except TROUBLE:
        return None

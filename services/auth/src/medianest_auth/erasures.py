"""Which service has erased a deleted person's data. All that hold any are asked, and asked again until they have."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.models import Erasure
from medianest_auth.repository import Erasures
from medianest_common.bus import require
from medianest_common.bus.forgetting import forget_dead_letters, forget_events
from medianest_common.contracts.auth import people
from medianest_common.contracts.auth.people import ErasedPart, ForgetEvents, GetErasure, UserDeleted
from medianest_common.contracts.gateway import EraseUserData
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.personal import DataErased
from medianest_common.db import Transaction
from medianest_common.errors import NotFound

OURS = "auth"
HOLDERS = ("gateway", "health", "media", "notifications", "plex", "youtube")
"""A service that begins to hold data about people belongs here, and answers `UserDeleted`."""

ASKED_AGAIN_AFTER = timedelta(hours=1)
_HEARD_WITHIN = timedelta(seconds=2)
"""Of what is said of a person, for services that are there."""


def ask_everyone(app: AuthApp, tx: Transaction, user_id: UUID, *, by: UUID, removed: dict[str, int]) -> None:
    now = app.clock.now()
    parts = {"user_id": user_id, "requested_by": by, "requested_at": now}
    tx.session.add(Erasure(**parts, service=OURS, done_at=now, removed=removed))
    tx.session.add_all(Erasure(**parts, service=service) for service in HOLDERS)
    _ask(tx, user_id)


async def forget_on_bus(app: AuthApp, job: ForgetEvents) -> None:
    await forget_dead_letters(app.bus.js, user_id=job.user_id)
    await forget_events(app.bus.js, service=OURS, user_id=job.user_id)


async def collect_erasure(app: AuthApp, tx: Transaction, event: DataErased) -> None:
    """What was removed the first time is what counts; whoever is asked again finds nothing."""
    part = await Erasures(tx.session).get((event.user_id, event.service), lock=True)
    if part is not None and part.done_at is None:
        part.done_at, part.removed = app.clock.now(), event.removed


async def ask_again(app: AuthApp) -> None:
    """A service may have been away for longer than the bus keeps what it missed."""
    before = app.clock.now() - ASKED_AGAIN_AFTER
    statement = (
        select(Erasure.user_id).where(Erasure.done_at.is_(None), Erasure.requested_at < before).distinct()
    )
    async with app.db.transaction() as tx:
        for user_id in (await tx.session.execute(statement)).scalars().all():
            _ask(tx, user_id)


async def get_erasure(app: AuthApp, query: GetErasure) -> people.Erasure:
    require(Permission.MANAGE_USERS)
    async with app.db.transaction() as tx:
        parts = await Erasures(tx.session).list(Erasure.user_id == query.user_id)
    if not parts:
        raise NotFound("Nobody with this id was deleted.")
    return people.Erasure(
        user_id=query.user_id,
        requested_at=parts[0].requested_at,
        complete=all(part.done_at for part in parts),
        services=[
            ErasedPart(service=part.service, done_at=part.done_at, removed=part.removed)
            for part in sorted(parts, key=lambda part: part.service)
        ],
    )


def _ask(tx: Transaction, user_id: UUID) -> None:
    tx.emit(UserDeleted(user_id=user_id))
    tx.enqueue(EraseUserData(user_id=user_id))
    tx.enqueue(ForgetEvents(user_id=user_id), delay=_HEARD_WITHIN)

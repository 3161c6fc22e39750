"""Tell people and administrators what became of somebody's place here."""

from uuid import UUID, uuid5

from medianest_common.contracts.auth.standing import (
    EmailChanged,
    PersonSuspended,
    PlexAccessLost,
    RoleChanged,
)
from medianest_common.contracts.media.allowing import QuotaChanged
from medianest_common.contracts.media.importing import ImportEnded
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.plex.watchlist import WatchlistRead
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, recipients
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.heads import lock_heads
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording_people import (
    about_email,
    about_import,
    about_lost_access,
    about_quota,
    about_role,
    about_suspension,
    about_watchlist,
)

_WATCHLISTS = UUID("6f2d1f43-6a0e-4a7b-9d5c-1b1c0f7c1f10")


async def announce_role(
    app: NotificationsApp, tx: Transaction, event: RoleChanged, *, event_id: UUID
) -> None:
    people = Recipients(tx.session)
    gone = await _gone(people, event.user_id)
    circle = Circle(account=event.user_id, admins=await people.admins(), actor=event.actor_id, gone=gone)
    audience = recipients(NotificationType.ROLE_CHANGED, circle)
    themselves = [person for person in audience if person == event.user_id]
    others = [person for person in audience if person != event.user_id]
    await lock_heads(tx.session, audience)
    await notify(app, tx, about_role(event, to_themselves=True), to=themselves, dedupe_key=event_id)
    if not gone:
        await notify(app, tx, about_role(event, to_themselves=False), to=others, dedupe_key=event_id)


async def announce_email(
    app: NotificationsApp, tx: Transaction, event: EmailChanged, *, event_id: UUID
) -> None:
    gone = await _gone(Recipients(tx.session), event.user_id)
    audience = recipients(NotificationType.EMAIL_CHANGED, Circle(account=event.user_id, gone=gone))
    await notify(app, tx, about_email(event), to=audience, dedupe_key=event_id)


async def announce_suspension(
    app: NotificationsApp, tx: Transaction, event: PersonSuspended, *, event_id: UUID
) -> None:
    people = Recipients(tx.session)
    if await people.has_left(event.user_id):
        return
    circle = Circle(admins=set(await people.admins()) - {event.user_id}, actor=event.actor_id)
    audience = recipients(NotificationType.SUSPENDED, circle)
    await notify(app, tx, about_suspension(event), to=audience, dedupe_key=event_id)


async def announce_lost_access(
    app: NotificationsApp, tx: Transaction, event: PlexAccessLost, *, event_id: UUID
) -> None:
    people = Recipients(tx.session)
    if await people.has_left(event.user_id):
        return
    circle = Circle(admins=set(await people.admins()) - {event.user_id})
    audience = recipients(NotificationType.ACCESS_LOST, circle)
    await notify(app, tx, about_lost_access(event), to=audience, dedupe_key=event_id)


async def announce_quota(
    app: NotificationsApp, tx: Transaction, event: QuotaChanged, *, event_id: UUID
) -> None:
    gone = await _gone(Recipients(tx.session), event.user_id)
    circle = Circle(requester=event.user_id, actor=event.actor_id, gone=gone)
    audience = recipients(NotificationType.QUOTA_CHANGED, circle)
    await notify(app, tx, about_quota(event), to=audience, dedupe_key=event_id)


async def announce_import(
    app: NotificationsApp, tx: Transaction, event: ImportEnded, *, event_id: UUID
) -> None:
    """Also whoever has started it: it took its time, and they may have gone on with something else."""
    audience = recipients(NotificationType.IMPORT_ENDED, Circle(admins=await Recipients(tx.session).admins()))
    await notify(app, tx, about_import(event), to=audience, dedupe_key=event_id)


async def announce_watchlist(app: NotificationsApp, tx: Transaction, event: WatchlistRead) -> None:
    """Told again and again as it stands, so of one problem once a month, and not when there is none."""
    if event.problem is None:
        return
    gone = await _gone(Recipients(tx.session), event.user_id)
    audience = recipients(NotificationType.WATCHLIST_UNREADABLE, Circle(account=event.user_id, gone=gone))
    once = uuid5(_WATCHLISTS, f"{event.problem}|{event.at:%Y-%m}")
    await notify(app, tx, about_watchlist(event), to=audience, dedupe_key=once)


async def _gone(people: Recipients, user_id: UUID) -> set[UUID]:
    return {user_id} if await people.has_left(user_id) else set()

"""What becomes of people's place here, of what they may ask for and of what is asked for by itself."""

from medianest_common.contracts.auth.standing import (
    EmailChanged,
    PersonSuspended,
    PlexAccessLost,
    RoleChanged,
)
from medianest_common.contracts.media.allowing import QuotaChanged
from medianest_common.contracts.media.importing import ImportEnded
from medianest_common.contracts.plex.watchlist import WatchlistRead
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import event_id, handlers


@handlers.on(RoleChanged)
async def role_changed(event: RoleChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_role(app, tx, event, event_id=event_id())


@handlers.on(EmailChanged)
async def email_changed(event: EmailChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_email(app, tx, event, event_id=event_id())


@handlers.on(PersonSuspended)
async def person_suspended(event: PersonSuspended, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_suspension(app, tx, event, event_id=event_id())


@handlers.on(PlexAccessLost)
async def plex_access_lost(event: PlexAccessLost, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_lost_access(app, tx, event, event_id=event_id())


@handlers.on(QuotaChanged)
async def quota_changed(event: QuotaChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_quota(app, tx, event, event_id=event_id())


@handlers.on(ImportEnded)
async def import_ended(event: ImportEnded, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_import(app, tx, event, event_id=event_id())


@handlers.on(WatchlistRead)
async def watchlist_read(event: WatchlistRead, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_watchlist(app, tx, event)

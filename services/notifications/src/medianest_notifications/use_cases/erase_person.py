"""Somebody has left: their inbox goes, and what is still on its way to it is not delivered."""

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.notifications import UserDataErased
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Choice, CodeSend, Entry, LibraryAccess, Mute, Preference
from medianest_notifications.repository import Entries, FollowedRequests, Recipients, TemplateOverrides
from medianest_notifications.repository.broadcasts import Broadcasts
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.codes import CodeSends
from medianest_notifications.repository.news import Accesses
from medianest_notifications.repository.preferences import Choices, Mutes, Preferences


async def erase_person(app: NotificationsApp, tx: Transaction, event: UserDeleted) -> None:
    """Two empty rows stay as marks that nothing may bring back."""
    entries = Entries(tx.session)
    # First, as whoever spreads one holds it before the inboxes.
    broadcasts = await Broadcasts(tx.session).forget_person(event.user_id)
    known = await Recipients(tx.session).erase(event.user_id)
    await entries.close_inbox(event.user_id, now=app.clock.now())
    # Before the channels, with which those that are about them would go uncounted.
    choices = await Choices(tx.session).delete(Choice.user_id == event.user_id)
    sent, channels = await Channels(tx.session).erase(event.user_id)
    # After the channels, as whoever sends a code does.
    codes = await CodeSends(tx.session).delete(CodeSend.user_id == event.user_id)
    gone = await entries.delete(Entry.user_id == event.user_id)
    removed = {
        "recipients": known,
        "channels": channels,
        "code_sends": codes,
        "deliveries": sent,
        "entries": gone + await entries.unname(event.user_id, household_zone=app.household_zone),
        "preferences": await Preferences(tx.session).delete(Preference.user_id == event.user_id),
        "choices": choices,
        "mutes": await Mutes(tx.session).delete(Mute.user_id == event.user_id),
        "library_access": await Accesses(tx.session).delete(LibraryAccess.user_id == event.user_id),
        "followed_requests": await FollowedRequests(tx.session).forget_person(event.user_id),
        "template_overrides": await TemplateOverrides(tx.session).disown(event.user_id),
        "broadcasts": broadcasts,
    }
    tx.emit(UserDataErased(user_id=event.user_id, removed={table: n for table, n in removed.items() if n}))

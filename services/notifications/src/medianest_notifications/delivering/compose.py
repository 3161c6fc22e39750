"""What one message says to its channel: in its reader's language, and in as many words as suit it."""

from functools import partial

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_notifications.adapters.channels.port import Message
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.digest import compose_digest
from medianest_notifications.delivering.work import Work
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import WHILE
from medianest_notifications.rendering import Rendered, best_locale, render
from medianest_notifications.rendering.samples import needs_values
from medianest_notifications.repository.delivery_views import message_before
from medianest_notifications.repository.templates import Key, TemplateOverrides, tongues_of
from medianest_notifications.unsubscribing import unsubscribe_link

_CAN_CHANGE = frozenset({ChannelKind.DISCORD})
"""Kinds whose messages can be changed after they were sent."""


async def compose(app: NotificationsApp, work: Work) -> Message:
    leader = work.leader
    told = NotificationType(leader.type)
    if len(work.deliveries) > 1:
        return await compose_digest(app, work, unsubscribe=_unsubscribe(app, work))
    entry = work.entries[leader.entry_id]
    async with app.db.transaction() as tx:
        tongues = await tongues_of(tx.session, [leader.user_id], household_zone=app.household_zone)
        tongue = tongues[leader.user_id]
        templates, failures = TemplateOverrides(tx.session), dict[Key, str]()
        word = partial(
            render, told.value, locale=tongue.locale, zone=tongue.zone, channel=work.channel.kind.value
        )
        # What was told before there were values has its words only.
        said = (
            word(entry.values, overrides=await templates.of([told]), report=failures.setdefault)
            if entry.values or not needs_values(told.value)
            else Rendered(entry.title, entry.body)
        )
        await templates.note_failures(failures, now=app.clock.now())
    return Message(
        delivery_id=leader.id,
        type=told,
        replaces=await _replaced(app, work, told),
        title=said.title,
        body=said.body,
        link=f"{app.portal}{entry.link}" if entry.link else None,
        urgency=leader.urgency,
        collapse_key=leader.collapse_key,
        at=entry.created_at,
        locale=best_locale(tongue.locale),
        unsubscribe=_unsubscribe(app, work),
    )


async def _replaced(app: NotificationsApp, work: Work, type: NotificationType) -> str | None:
    """Of what comes and goes, the message before, if it is the last one in that place and not old: a chat then shows
    how it is now, and not how it came to that. What is urgent has to ring, which a changed message does not."""
    leader, last = work.leader, work.channel.last_sent_at
    if work.channel.kind not in _CAN_CHANGE:
        return None
    if leader.collapse_key is None or not MEANINGS[type].flaps or leader.urgency is Urgency.HIGH:
        return None
    if last is None or last < app.clock.now() - WHILE:
        return None
    async with app.db.read() as connection:
        return await message_before(connection, leader, sent_at=last)


def _unsubscribe(app: NotificationsApp, work: Work) -> str | None:
    """From everything that the mail holds."""
    if work.channel.kind is not ChannelKind.EMAIL:
        return None
    channel, types = work.channel, {NotificationType(each.type) for each in work.deliveries}
    return unsubscribe_link(
        app.unsubscribe_key, channel.id, types, fingerprint=channel.fingerprint, portal=app.portal
    )

"""What people would read, before it is saved."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications.templates import PreviewTemplate, TemplatePreview, Words
from medianest_common.errors import FieldError, Invalid, NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Entry
from medianest_notifications.rendering import Wording
from medianest_notifications.rendering.catalogue import ANY
from medianest_notifications.rendering.render import built_in_wording, said
from medianest_notifications.rendering.samples import SAMPLES, needs_values
from medianest_notifications.rendering.sandbox import TemplateFault
from medianest_notifications.repository import TemplateOverrides, tongues_of
from medianest_notifications.repository.templates import Key
from medianest_notifications.use_cases.change_template import check


async def preview_template(app: NotificationsApp, query: PreviewTemplate) -> TemplatePreview:
    """Raises `Invalid` as saving would, and `NotFound` for a notification that is not the caller's own."""
    caller = require(Permission.MANAGE_TEMPLATES)
    key = (query.type.value, query.locale.value, query.channel.value)
    async with app.db.transaction() as tx:
        tongues = await tongues_of(tx.session, [caller.user_id], household_zone=app.household_zone)
        overrides = await TemplateOverrides(tx.session).of([key[0]])
        values = await _values(tx.session, query, caller.user_id)
    zone = tongues[caller.user_id].zone
    now = overrides.get(key) or overrides.get((*key[:2], ANY)) or _built_in(key)
    wording = Wording(query.title or now.title, query.body or now.body)
    check(key, wording)
    try:
        shown = [said(key[0], wording, each, locale=key[1], zone=zone, channel=key[2]) for each in values]
    except TemplateFault as fault:
        raise Invalid("Mend the template.", errors=[FieldError(fault.part, fault.message)]) from None
    return TemplatePreview(items=[Words(title=each.title, body=each.body) for each in shown])


def _built_in(key: Key) -> Wording:
    kind, locale, channel = key
    wording = built_in_wording(kind, locale=locale, channel=channel)
    if wording is None:
        raise NotFound("There are no words for this type.")
    return wording


async def _values(
    session: AsyncSession, query: PreviewTemplate, user_id: UUID
) -> Sequence[Mapping[str, Any]]:
    if query.notification_id is None:
        return SAMPLES[query.type.value]
    statement = select(Entry.values).where(
        Entry.id == query.notification_id, Entry.user_id == user_id, Entry.type == query.type.value
    )
    values = (await session.execute(statement)).scalar_one_or_none()
    if values is None:
        raise NotFound("You have no such notification of this type.")
    if not values and needs_values(query.type.value):
        raise NotFound("That notification is too old: what it was made from was not kept.")
    return [values]

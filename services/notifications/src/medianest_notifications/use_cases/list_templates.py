"""How notifications are worded, for administrators."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.templates import (
    GetTemplate,
    Language,
    ListTemplates,
    OwnWords,
    Template,
    TemplateChannel,
    Templates,
    Words,
)
from medianest_common.errors import NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import TemplateOverride
from medianest_notifications.rendering.catalogue import built_in
from medianest_notifications.rendering.filters import FILTERS
from medianest_notifications.rendering.samples import examples_of
from medianest_notifications.repository.templates import Key

_TYPES = [str(each) for each in NotificationType]
_LOCALES = [str(locale) for locale in Language]
_CHANNELS = [str(channel) for channel in TemplateChannel]


async def list_templates(app: NotificationsApp, query: ListTemplates) -> Templates:
    require(Permission.MANAGE_TEMPLATES)
    async with app.db.read() as connection:
        own = await _own(connection)
    keys = sorted({*_built_in_keys(), *own}, key=_order)
    items = [
        _shown(key, own.get(key))
        for key in keys
        if query.type in (None, key[0]) and query.locale in (None, key[1])
    ]
    return Templates(items=items, filters=list(FILTERS))


async def get_template(app: NotificationsApp, query: GetTemplate) -> Template:
    """Raises `NotFound` where that channel has no words of its own."""
    require(Permission.MANAGE_TEMPLATES)
    async with app.db.read() as connection:
        return await shown_template(connection, (query.type.value, query.locale.value, query.channel.value))


async def shown_template(session: AsyncSession | AsyncConnection, key: Key) -> Template:
    own = (await _own(session)).get(key)
    if own is None and (key[0], key[2]) not in built_in(key[1]):
        raise NotFound("That channel has no words of its own. Those of “any” are used there.")
    return _shown(key, own)


def _built_in_keys() -> Iterator[Key]:
    """Without the few messages that are no notifications."""
    for locale in Language:
        for kind, channel in built_in(locale.value):
            if kind in _TYPES:
                yield kind, locale.value, channel


def _order(key: Key) -> tuple[int, int, int]:
    kind, locale, channel = key
    return _TYPES.index(kind), _LOCALES.index(locale), _CHANNELS.index(channel)


async def _own(session: AsyncSession | AsyncConnection) -> Mapping[Key, Any]:
    rows = (await session.execute(select(*TemplateOverride.__table__.c))).all()
    # A type or a language that this version does not know any more is no reason to show nothing.
    return {
        (row.type, row.locale, row.channel): row
        for row in rows
        if row.type in _TYPES and row.locale in _LOCALES and row.channel in _CHANNELS
    }


def _shown(key: Key, own: Any | None) -> Template:
    kind, locale, channel = key
    wording = built_in(locale).get((kind, channel))
    return Template(
        type=NotificationType(kind),
        locale=Language(locale),
        channel=TemplateChannel(channel),
        built_in=Words(title=wording.title, body=wording.body) if wording else None,
        own=OwnWords(
            title=own.title,
            body=own.body,
            version=own.version,
            updated_at=own.updated_at,
            failed_at=own.failed_at,
            failure=own.failure,
        )
        if own is not None
        else None,
        variables=examples_of(kind, locale),
    )

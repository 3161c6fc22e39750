"""An administrator words a type of notification anew, or goes back to what is built in."""

from collections.abc import Iterator
from uuid import UUID

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications.templates import (
    ResetTemplate,
    SetTemplate,
    Template,
    TemplateChanged,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import TemplateOverride
from medianest_notifications.rendering import Wording
from medianest_notifications.rendering.render import said
from medianest_notifications.rendering.samples import SAMPLES, variables_of_type
from medianest_notifications.rendering.sandbox import TemplateFault, variables_of
from medianest_notifications.repository import TemplateOverrides
from medianest_notifications.repository.templates import Key
from medianest_notifications.use_cases.list_templates import shown_template


class TemplateOutdated(Conflict):
    title = "Somebody else has changed these words meanwhile"


async def set_template(app: NotificationsApp, command: SetTemplate) -> Template:
    """Raises `Invalid`, with the line and what to do, for what would not work with every example of the type."""
    by = require(Permission.MANAGE_TEMPLATES)
    key = (command.type.value, command.locale.value, command.channel.value)
    check(key, Wording(command.title, command.body))
    async with app.db.transaction() as tx:
        version = await TemplateOverrides(tx.session).put(
            key,
            Wording(command.title, command.body),
            seen=command.version,
            by=by.user_id,
            now=app.clock.now(),
        )
        if version is None:
            raise TemplateOutdated("Load it again, and look at what has changed.")
        _tell(tx, command, version=version, by=by.user_id)
        return await shown_template(tx.session, key)


async def reset_template(app: NotificationsApp, command: ResetTemplate) -> Nothing:
    by = require(Permission.MANAGE_TEMPLATES)
    o = TemplateOverride
    async with app.db.transaction() as tx:
        removed = await TemplateOverrides(tx.session).delete(
            o.type == command.type.value, o.locale == command.locale.value, o.channel == command.channel.value
        )
        if not removed:
            raise NotFound("It is worded as it was built in already.")
        _tell(tx, command, version=None, by=by.user_id)
    return Nothing()


def check(key: Key, wording: Wording) -> None:
    """Raises `Invalid` where the words name what the type does not have, are no template, or work with some only."""
    errors = [
        FieldError(field, f"Line {fault.line}: {fault.message}")
        for field, source in (("title", wording.title), ("body", wording.body))
        for fault in _faults(key[0], source)
    ]
    if errors:
        raise Invalid("Mend the template.", errors=errors)
    for sample in SAMPLES[key[0]]:
        try:
            said(key[0], wording, sample, locale=key[1], zone="UTC", channel=key[2])
        except TemplateFault as fault:
            raise Invalid("Mend the template.", errors=[FieldError(fault.part, fault.message)]) from None


def _faults(type: str, source: str) -> Iterator[TemplateFault]:
    known = variables_of_type(type)
    try:
        for name, line in variables_of(source).items():
            if name not in known:
                has = f"It has: {', '.join(known)}." if known else "It has none: write plain words."
                yield TemplateFault(f"This type of notification has no such value. {has}", line=line)
                return
    except TemplateFault as fault:
        yield fault


def _tell(tx: Transaction, command: SetTemplate | ResetTemplate, *, version: int | None, by: UUID) -> None:
    tx.emit(
        TemplateChanged(
            notification=command.type,
            locale=command.locale,
            channel=command.channel,
            version=version,
            actor_id=by,
        )
    )

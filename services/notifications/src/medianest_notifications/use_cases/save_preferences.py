"""A person says what to be told, where and when. What waits already is decided anew."""

from collections.abc import Iterator, Mapping
from datetime import time
from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.preferences import (
    Choice,
    Mode,
    Preferences,
    QuietHours,
    SavePreferences,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Channel
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.local_time import zone_names
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.preferences import ChoiceKey, Choices
from medianest_notifications.repository.preferences import Preferences as SavedPreferences
from medianest_notifications.use_cases.get_preferences import shown_to
from medianest_notifications.use_cases.plan_again import plan_again


class PreferencesChanged(Conflict):
    title = "Your settings have been changed meanwhile"


async def save_preferences(app: NotificationsApp, command: SavePreferences) -> Preferences:
    """Only what differs from the defaults is kept. Raises `PreferencesChanged` where the version is not the present
    one, and `Invalid` for what cannot be."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        if await Recipients(tx.session).has_left(caller.user_id):
            raise NotFound("There is no such person any more.")
        channels = await _lock_channels(tx, caller.user_id)
        if errors := list(_problems(command, caller.role, channels)):
            raise Invalid(errors=errors)
        quiet = command.quiet_hours
        saved = await SavedPreferences(tx.session).save(
            caller.user_id,
            version=command.version,
            locale=command.locale,
            zone=command.zone,
            quiet_from=time.fromisoformat(quiet.start) if quiet else None,
            quiet_to=time.fromisoformat(quiet.end) if quiet else None,
            daily_at=time.fromisoformat(command.daily_at),
            updated_at=app.clock.now(),
        )
        if saved is None:
            raise PreferencesChanged("Read them again, and make your change to what is there now.")
        await Choices(tx.session).replace(caller.user_id, _differing(command, caller.role, channels))
        await plan_again(app, tx, caller.user_id)
        return await shown_to(app, tx, caller)


async def _lock_channels(tx: Transaction, user_id: UUID) -> dict[UUID, ChannelKind]:
    """None of them can be deleted until this transaction ends."""
    mine = select(Channel.id, Channel.kind).where(Channel.user_id == user_id).order_by(Channel.id)
    rows = await tx.session.execute(mine.with_for_update(read=True, key_share=True))
    return {row.id: row.kind for row in rows}


def _differing(
    command: SavePreferences, role: Role, channels: Mapping[UUID, ChannelKind]
) -> dict[ChoiceKey, Mode]:
    return {
        (each.type, each.channel_id): each.mode
        for each in command.choices
        if each.mode
        is not MEANINGS[each.type].default(role, channels[each.channel_id] if each.channel_id else None)
    }


def _problems(
    command: SavePreferences, role: Role, channels: Mapping[UUID, ChannelKind]
) -> Iterator[FieldError]:
    if command.zone not in zone_names():
        yield FieldError("zone", "is not the name of a time zone, such as Europe/Vienna")
    if isinstance(command.quiet_hours, QuietHours) and command.quiet_hours.start == command.quiet_hours.end:
        yield FieldError(
            "quietHours.end", "has to differ from the start; to have no quiet hours leave them out"
        )
    seen: set[ChoiceKey] = set()
    for number, choice in enumerate(command.choices):
        if problem := _problem(choice, role, channels, seen):
            yield FieldError(f"choices.{number}.{problem[0]}", problem[1])
        seen.add((choice.type, choice.channel_id))


def _problem(
    choice: Choice, role: Role, channels: Mapping[UUID, ChannelKind], seen: set[ChoiceKey]
) -> tuple[str, str] | None:
    meaning, in_inbox = MEANINGS[choice.type], choice.channel_id is None
    if role not in meaning.hearers.value:
        return "type", "is none that you are told"
    if choice.channel_id is not None and choice.channel_id not in channels:
        return "channelId", "is none of your channels"
    if (choice.type, choice.channel_id) in seen:
        return "type", "is there twice for one channel"
    if in_inbox and choice.mode not in (Mode.OFF, Mode.NOW):
        return "mode", "is off or now in the inbox"
    if in_inbox and choice.mode is Mode.OFF and meaning.always_in_inbox:
        return "mode", "cannot be off: this is about the safety of your account"
    return None

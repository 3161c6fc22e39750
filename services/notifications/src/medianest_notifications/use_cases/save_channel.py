"""Make a channel, or change one. What leads somewhere new has to be verified before anything is sent there."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from medianest_common.bus import require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.notifications.channels import (
    MOST_CHANNELS,
    ChangeChannel,
    ChannelKind,
    ChannelMade,
    ChannelState,
    CreateChannel,
)
from medianest_notifications.adapters.channels.port import ChannelConfig, Sender, read_config
from medianest_notifications.app import NotificationsApp
from medianest_notifications.channel_views import NEED_NO_CODE, as_channel, with_old_secrets
from medianest_notifications.delivering.secrets import open_config, seal_config
from medianest_notifications.errors import (
    ChannelChanged,
    ChannelExists,
    ChannelNotFound,
    KindUnavailable,
    TooManyChannels,
    TooManyCodes,
)
from medianest_notifications.models import Channel
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.channels import Channels
from medianest_notifications.use_cases.list_channels import get_channel
from medianest_notifications.use_cases.send_code import send_code

_CHECK_SECONDS = 10.0


async def create_channel(app: NotificationsApp, command: CreateChannel) -> ChannelMade:
    """A browser that subscribes again where it was subscribed before gets the channel that it has."""
    caller, kind = require_caller(), command.channel_kind
    sender = sender_of(app, kind)
    config = await _read(sender, command.config, by_admin=caller.is_admin)
    fresh = _new_channel(app, caller.user_id, command, sender, config)
    async with app.db.transaction() as tx:
        channels = Channels(tx.session)
        if await Recipients(tx.session).has_left(caller.user_id):
            raise ChannelNotFound("This account is gone.")
        await channels.take_turns(caller.user_id)
        theirs = await channels.of(caller.user_id)
        present = next((c for c in theirs if (c.kind, c.fingerprint) == (kind, fresh.fingerprint)), None)
        if present is not None and kind not in NEED_NO_CODE:
            raise ChannelExists("Change that one, or delete it first.", channelId=str(present.id))
        if present is None and len(theirs) >= MOST_CHANNELS:
            raise TooManyChannels(f"Delete one of your {MOST_CHANNELS} first.")
        if present is None:
            await channels.add(fresh)
        else:
            _renew(app, present, command.name, config)
        if kind in NEED_NO_CODE:
            # Whoever used this browser before is not told any more what is theirs: somebody else reads it now.
            await channels.delete(
                Channel.kind == kind,
                Channel.fingerprint == fresh.fingerprint,
                Channel.user_id != caller.user_id,
            )
    return await _made(app, present or fresh)


async def change_channel(app: NotificationsApp, command: ChangeChannel) -> ChannelMade:
    """Raises `ChannelExists` where it would lead to where another one leads."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        before = await Channels(tx.session).own(command.id, user_id=caller.user_id)
    if before is None:
        raise ChannelNotFound()
    sender = sender_of(app, before.kind)
    old = open_config(app.channel_cipher, before, sender)
    values = with_old_secrets(sender.config, command.config, old) if old else command.config
    config = await _read(sender, values, by_admin=caller.is_admin)
    try:
        async with app.db.transaction() as tx:
            channels = Channels(tx.session)
            await channels.take_turns(caller.user_id)
            channel = await channels.own(command.id, user_id=caller.user_id, lock=True)
            if channel is None:
                raise ChannelNotFound()
            if channel.config_sealed != before.config_sealed:
                raise ChannelChanged("Read it again, then change it.")
            _change(app, channel, command.name, sender, config)
            await tx.session.flush()
    except IntegrityError:
        raise ChannelExists("Change that one, or delete it first.") from None
    return await _made(app, channel)


def sender_of(app: NotificationsApp, kind: ChannelKind) -> Sender[Any]:
    sender = app.senders.get(kind)
    if sender is None:
        raise KindUnavailable("Look at the kinds that there are, or ask an administrator.")
    return sender


async def _read(sender: Sender[Any], values: dict[str, Any], *, by_admin: bool) -> ChannelConfig:
    async with asyncio.timeout(_CHECK_SECONDS):
        checked: ChannelConfig = await sender.check(read_config(sender.config, values, by_admin=by_admin))
        return checked


def _new_channel(
    app: NotificationsApp, user_id: UUID, command: CreateChannel, sender: Sender[Any], config: ChannelConfig
) -> Channel:
    now, channel_id = app.clock.now(), uuid7()
    needs_code = command.channel_kind not in NEED_NO_CODE
    return Channel(
        id=channel_id,
        user_id=user_id,
        kind=command.channel_kind,
        name=command.name,
        config_sealed=seal_config(app.channel_cipher, channel_id, config),
        shown=sender.shown(config),
        fingerprint=sender.fingerprint(config),
        state=ChannelState.UNVERIFIED if needs_code else ChannelState.ACTIVE,
        code_attempts=0,
        created_at=now,
        updated_at=now,
    )


def _renew(app: NotificationsApp, channel: Channel, name: str, config: ChannelConfig) -> None:
    channel.name = name
    channel.config_sealed = seal_config(app.channel_cipher, channel.id, config)
    channel.state, channel.state_reason, channel.held_until = ChannelState.ACTIVE, None, None
    channel.updated_at = app.clock.now()


def _change(
    app: NotificationsApp, channel: Channel, name: str, sender: Sender[Any], config: ChannelConfig
) -> None:
    fingerprint = sender.fingerprint(config)
    if fingerprint != channel.fingerprint:
        needs_code = channel.kind not in NEED_NO_CODE
        channel.state = ChannelState.UNVERIFIED if needs_code else ChannelState.ACTIVE
        channel.state_reason, channel.held_until, channel.code_hash = None, None, None
    channel.name, channel.fingerprint, channel.shown = name, fingerprint, sender.shown(config)
    channel.config_sealed = seal_config(app.channel_cipher, channel.id, config)
    channel.updated_at = app.clock.now()


async def _made(app: NotificationsApp, channel: Channel) -> ChannelMade:
    if channel.state is ChannelState.ACTIVE:
        return ChannelMade(channel=as_channel(app, channel), code=None)
    try:
        code = await send_code(app, channel)
    except TooManyCodes:
        code = None
    return ChannelMade(channel=await get_channel(app, channel.id), code=code)

"""Send a code through a channel, so that only who can read what arrives there can say that it is theirs."""

import hmac
import math
from datetime import timedelta
from hashlib import sha256
from secrets import randbelow

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications.channels import (
    CODE_DIGITS,
    Channel,
    ChannelMessage,
    ChannelState,
    SendChannelCode,
    SendReport,
    VerifyChannel,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.channel_views import NEED_NO_CODE, as_channel
from medianest_notifications.errors import (
    ChannelNotFound,
    ChannelVerified,
    CodeExpired,
    TooManyCodes,
    WrongCode,
)
from medianest_notifications.models import Channel as ChannelRow
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.codes import CodeSends
from medianest_notifications.use_cases.send_at_once import send_at_once

LASTS = timedelta(minutes=15)
MOST_TRIES = 5


async def send_channel_code(app: NotificationsApp, command: SendChannelCode) -> SendReport:
    """The last code is the one that counts. Raises `TooManyCodes`."""
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).own(command.id, user_id=require_caller().user_id)
    if channel is None:
        raise ChannelNotFound()
    if channel.state is ChannelState.ACTIVE:
        raise ChannelVerified("It is active already.")
    if channel.kind in NEED_NO_CODE:
        raise ChannelVerified("Turn notifications on again in that browser.")
    return await send_code(app, channel)


async def send_code(app: NotificationsApp, channel: ChannelRow) -> SendReport:
    """Raises `TooManyCodes`. It is stored before it is sent: it may be entered at once."""
    code = f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    now = app.clock.now()
    async with app.db.transaction() as tx:
        sends = CodeSends(tx.session)
        # The channel before the count, as whoever erases a person takes them.
        if not await Channels(tx.session).issue_code(
            channel.id, _hash(app, channel, code), expires_at=now + LASTS
        ):
            raise ChannelNotFound()
        full_until = await sends.full_until(channel.user_id, channel.fingerprint, now=now)
        if full_until is not None:
            seconds = math.ceil((full_until - now).total_seconds())
            raise TooManyCodes("Enter the last one, or wait.", retry_after=float(max(1, seconds)))
        await sends.note(channel.user_id, channel.fingerprint, now=now)
    # Nothing that was typed: whose address it is has still to be seen.
    return await send_at_once(app, channel, ChannelMessage.CODE, {"code": code})


async def verify_channel(app: NotificationsApp, command: VerifyChannel) -> Channel:
    """Whatever is entered counts, also several at once; after `MOST_TRIES` the code is worth nothing."""
    user_id, now = require_caller().user_id, app.clock.now()
    async with app.db.transaction() as tx:
        channels = Channels(tx.session)
        channel = await channels.spend_attempt(command.id, user_id=user_id, now=now, most=MOST_TRIES)
        right = channel is not None and hmac.compare_digest(
            channel.code_hash or "", _hash(app, channel, command.code)
        )
        if channel is None and await channels.own(command.id, user_id=user_id) is None:
            raise ChannelNotFound()
        if channel is not None and right:
            channel.state, channel.state_reason, channel.held_until = ChannelState.ACTIVE, None, None
            channel.code_hash, channel.code_expires_at, channel.updated_at = None, None, now
    if channel is None:
        raise CodeExpired("Ask for a new code.")
    if not right:
        left = MOST_TRIES - channel.code_attempts
        raise WrongCode("Look at the newest message, or ask for a new code.", triesLeft=left)
    return as_channel(app, channel)


def _hash(app: NotificationsApp, channel: ChannelRow, code: str) -> str:
    """Keyed, since so few digits would be found by trying; and of where it is sent, so that it shows nothing about
    where the channel leads since."""
    said = "\n".join((channel.id.hex, channel.fingerprint, code))
    return hmac.new(app.code_key, said.encode(), sha256).hexdigest()

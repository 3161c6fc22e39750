"""Send a code through a channel, so that only who can read what arrives there can say that it is theirs."""

import hmac
import math
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import randbelow
from uuid import UUID

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
from medianest_notifications.use_cases.send_at_once import send_at_once

LASTS = timedelta(minutes=15)
MOST_TRIES = 5
MOST_CODES = 5
WITHIN = timedelta(hours=1)


async def send_channel_code(app: NotificationsApp, command: SendChannelCode) -> SendReport:
    """The last code is the one that counts."""
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).own(command.id, user_id=require_caller().user_id)
    if channel is None:
        raise ChannelNotFound()
    if channel.state is ChannelState.ACTIVE:
        raise ChannelVerified("It is active already.")
    if channel.kind in NEED_NO_CODE:
        raise ChannelVerified("Turn notifications on again in that browser.")
    report = await send_code(app, channel)
    if report is None:
        raise TooManyCodes("Wait until they have arrived.", retry_after=_until_more(channel, app.clock.now()))
    return report


async def send_code(app: NotificationsApp, channel: ChannelRow) -> SendReport | None:
    """None where too many have been sent. It is stored before it is sent: it may be entered at once."""
    code = f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    now = app.clock.now()
    async with app.db.transaction() as tx:
        issued = await Channels(tx.session).issue_code(
            channel.id,
            _hash(app, channel.id, code),
            now=now,
            lasts=LASTS,
            most=MOST_CODES,
            within=WITHIN,
        )
    if not issued:
        return None
    # Nothing that was typed: whose address it is has still to be seen.
    return await send_at_once(app, channel, ChannelMessage.CODE, {"code": code})


async def verify_channel(app: NotificationsApp, command: VerifyChannel) -> Channel:
    """Whatever is entered counts, also several at once; after `MOST_TRIES` the code is worth nothing."""
    user_id, now = require_caller().user_id, app.clock.now()
    async with app.db.transaction() as tx:
        channels = Channels(tx.session)
        channel = await channels.spend_attempt(command.id, user_id=user_id, now=now, most=MOST_TRIES)
        right = channel is not None and hmac.compare_digest(
            channel.code_hash or "", _hash(app, channel.id, command.code)
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


def _until_more(channel: ChannelRow, now: datetime) -> float:
    since = channel.code_since or now
    return float(max(1, math.ceil((since + WITHIN - now).total_seconds())))


def _hash(app: NotificationsApp, channel_id: UUID, code: str) -> str:
    """Keyed, since so few digits would be found by trying."""
    return hmac.new(app.code_key, channel_id.bytes + code.encode(), sha256).hexdigest()

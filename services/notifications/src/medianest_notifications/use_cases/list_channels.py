"""A person's channels, and what kinds there can be."""

import asyncio
from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications.channels import (
    MOST_CHANNELS,
    Channel,
    ChannelKind,
    ChannelKinds,
    ChannelList,
    KindOffer,
)
from medianest_common.errors import MediaNestError
from medianest_notifications.app import NotificationsApp
from medianest_notifications.channel_views import as_channel, as_offer
from medianest_notifications.errors import ChannelNotFound
from medianest_notifications.repository.channels import Channels

UNAVAILABLE = {
    ChannelKind.EMAIL: "There is no mail server. An administrator can set MEDIANEST_SMTP_URL and MEDIANEST_MAIL_FROM.",
}
"""Everything else works without being set up."""
_PUBLIC_SECONDS = 2.0


async def list_channels(app: NotificationsApp) -> ChannelList:
    async with app.db.transaction() as tx:
        channels = await Channels(tx.session).of(require_caller().user_id)
    return ChannelList(items=[as_channel(app, channel) for channel in channels], most=MOST_CHANNELS)


async def get_channel(app: NotificationsApp, channel_id: UUID) -> Channel:
    """Raises `ChannelNotFound`, also for another person's."""
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).own(channel_id, user_id=require_caller().user_id)
    if channel is None:
        raise ChannelNotFound()
    return as_channel(app, channel)


async def list_channel_kinds(app: NotificationsApp) -> ChannelKinds:
    require_caller()
    return ChannelKinds(items=list(await asyncio.gather(*(_offer(app, kind) for kind in ChannelKind))))


async def _offer(app: NotificationsApp, kind: ChannelKind) -> KindOffer:
    """What a provider would have to tell is left out while it does not answer."""
    sender = app.senders.get(kind)
    public: dict[str, str] = {}
    if sender is not None:
        try:
            async with asyncio.timeout(_PUBLIC_SECONDS):
                public = dict(await sender.public())
        except (MediaNestError, TimeoutError):
            public = {}
    return as_offer(kind, sender, public, reason=UNAVAILABLE.get(kind, ""))

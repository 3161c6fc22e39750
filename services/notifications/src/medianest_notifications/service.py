"""The notifications service: the inbox, what is pushed from it, and mail."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from medianest_common.bus import Reach
from medianest_common.mail import PURPOSE
from medianest_common.service import Runtime, Service
from medianest_common.swapping import Swappable
from medianest_notifications.adapters.channels.build import senders
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.app import NotificationsApp
from medianest_notifications.epoch import settle_epoch
from medianest_notifications.handlers import handlers
from medianest_notifications.integrations import integrations_of
from medianest_notifications.models import Base
from medianest_notifications.settings import NotificationsSettings, parse_sender


@asynccontextmanager
async def open_app(runtime: Runtime[NotificationsSettings]) -> AsyncIterator[Swappable[NotificationsApp]]:
    await settle_epoch(runtime.db)
    store = integrations_of(runtime)
    await store.open()
    settings, opened = runtime.settings, AsyncExitStack()
    first = NotificationsApp(
        integrations=store,
        db=runtime.db,
        bus=runtime.bus,
        clock=runtime.clock,
        cipher=runtime.keys.cipher(PURPOSE),
        portal=settings.base_url,
        channel_cipher=runtime.keys.cipher("channel"),
        code_key=runtime.keys.derive("channel-code"),
        unsubscribe_key=runtime.keys.derive("unsubscribe"),
        household_zone=settings.timezone,
        lease=timedelta(seconds=settings.notify_lease_seconds),
        news_wait=timedelta(seconds=settings.news_wait_seconds),
        **_ways_out(runtime, store.settings, opened),
    )

    async def apply(changed: NotificationsSettings) -> None:
        opened = AsyncExitStack()
        swappable.swap(replace(swappable.present, **_ways_out(runtime, changed, opened)), opened)

    async with Swappable(first, opened) as swappable, store.following(apply):
        yield swappable


def _ways_out(
    runtime: Runtime[NotificationsSettings], settings: NotificationsSettings, opened: AsyncExitStack
) -> dict[str, Any]:
    """What depends on the integrations as they are set now."""
    server, sender = settings.mail_server, parse_sender(settings.mail_from) if settings.mail_from else None
    smtp = Smtp(server, hello=sender.domain) if server and sender else None
    channels = senders(settings, keys=runtime.keys, clock=runtime.clock, smtp=smtp, sender=sender)
    for each in channels.values():
        opened.push_async_callback(each.aclose)
    return {"smtp": smtp, "sender": sender, "senders": channels}


SERVICE = Service(
    name="notifications",
    handlers=handlers,
    open_app=open_app,
    settings=NotificationsSettings,
    reach=Reach(pushes=True),
    metadata=Base.metadata,
)

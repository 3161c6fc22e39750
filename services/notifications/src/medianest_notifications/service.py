"""The notifications service: the inbox, what is pushed from it, and mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from medianest_common.mail import PURPOSE
from medianest_common.service import Runtime, Service
from medianest_notifications.adapters.channels.build import senders
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.app import NotificationsApp
from medianest_notifications.epoch import settle_epoch
from medianest_notifications.handlers import handlers
from medianest_notifications.models import Base
from medianest_notifications.settings import NotificationsSettings, parse_sender


@asynccontextmanager
async def open_app(runtime: Runtime[NotificationsSettings]) -> AsyncIterator[NotificationsApp]:
    await settle_epoch(runtime.db)
    settings = runtime.settings
    server, sender = settings.mail_server, parse_sender(settings.mail_from) if settings.mail_from else None
    smtp = Smtp(server, hello=sender.domain) if server and sender else None
    channels = senders(settings, keys=runtime.keys, clock=runtime.clock, smtp=smtp, sender=sender)
    try:
        yield NotificationsApp(
            db=runtime.db,
            bus=runtime.bus,
            clock=runtime.clock,
            cipher=runtime.keys.cipher(PURPOSE),
            smtp=smtp,
            sender=sender,
            portal=settings.base_url,
            senders=channels,
            channel_cipher=runtime.keys.cipher("channel"),
            code_key=runtime.keys.derive("channel-code"),
            unsubscribe_key=runtime.keys.derive("unsubscribe"),
            household_zone=settings.timezone,
            lease=timedelta(seconds=settings.notify_lease_seconds),
            news_wait=timedelta(seconds=settings.news_wait_seconds),
        )
    finally:
        for each in channels.values():
            await each.aclose()


SERVICE = Service(
    name="notifications",
    handlers=handlers,
    open_app=open_app,
    settings=NotificationsSettings,
    metadata=Base.metadata,
)

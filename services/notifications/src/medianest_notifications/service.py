"""The notifications service: the inbox, and what is pushed from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest_common.service import Runtime, Service
from medianest_notifications.app import NotificationsApp
from medianest_notifications.epoch import settle_epoch
from medianest_notifications.handlers import handlers
from medianest_notifications.models import Base
from medianest_notifications.settings import NotificationsSettings


@asynccontextmanager
async def open_app(runtime: Runtime[NotificationsSettings]) -> AsyncIterator[NotificationsApp]:
    await settle_epoch(runtime.db)
    yield NotificationsApp(db=runtime.db, bus=runtime.bus, clock=runtime.clock)


SERVICE = Service(
    name="notifications",
    handlers=handlers,
    open_app=open_app,
    settings=NotificationsSettings,
    metadata=Base.metadata,
)

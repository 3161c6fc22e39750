"""The media service: what the household asks for, and what becomes of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.service import Runtime, Service
from medianest_media.app import MediaApp
from medianest_media.backends import open_backend
from medianest_media.catalogues import open_catalogue
from medianest_media.handlers import handlers
from medianest_media.models import Base
from medianest_media.settings import MediaSettings
from medianest_media.troubles import parts_of, troubles


@asynccontextmanager
async def open_app(runtime: Runtime[MediaSettings]) -> AsyncIterator[MediaApp]:
    async with (
        open_catalogue(runtime.settings, clock=runtime.clock) as catalogue,
        open_backend(runtime.settings, db=runtime.db, clock=runtime.clock, catalogue=catalogue) as backend,
    ):
        yield MediaApp(
            settings=runtime.settings,
            db=runtime.db,
            bus=runtime.bus,
            cache=runtime.cache,
            clock=runtime.clock,
            backend=backend,
            catalogue=catalogue,
            left_key=runtime.keys.derive("plex-accounts-that-left"),
        )


async def checks(app: MediaApp) -> Sequence[Check]:
    """Without the backend requests are still taken, so the service is never down for it."""
    found = await troubles(app)
    return [
        Check(
            name=name,
            status=CheckStatus.DEGRADED if name in found else CheckStatus.OK,
            message=found.get(name),
        )
        for name in parts_of(app)
    ]


SERVICE = Service(
    name="media",
    handlers=handlers,
    open_app=open_app,
    settings=MediaSettings,
    metadata=Base.metadata,
    checks=checks,
)

"""The media service: what the household asks for, and what becomes of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.service import Runtime, Service
from medianest_media.adapters.missing import MissingBackend
from medianest_media.adapters.overseerr import Overseerr
from medianest_media.app import MediaApp
from medianest_media.handlers import handlers
from medianest_media.jobs import trouble_with_backend
from medianest_media.models import Base
from medianest_media.settings import MediaSettings


@asynccontextmanager
async def open_app(runtime: Runtime[MediaSettings]) -> AsyncIterator[MediaApp]:
    async with _backend(runtime) as backend:
        yield MediaApp(
            settings=runtime.settings,
            db=runtime.db,
            bus=runtime.bus,
            cache=runtime.cache,
            clock=runtime.clock,
            backend=backend,
            catalogue=backend,
        )


@asynccontextmanager
async def _backend(runtime: Runtime[MediaSettings]) -> AsyncIterator[Overseerr | MissingBackend]:
    settings = runtime.settings
    if not settings.overseerr_url or settings.overseerr_api_key is None:
        yield MissingBackend()
        return
    key = settings.overseerr_api_key.get_secret_value()
    async with Overseerr.open(settings.overseerr_url, api_key=key, clock=runtime.clock) as overseerr:
        yield overseerr


async def checks(app: MediaApp) -> Sequence[Check]:
    """Without the backend requests are still taken, so the service is never down for it."""
    trouble = await trouble_with_backend(app)
    status = CheckStatus.DEGRADED if trouble else CheckStatus.OK
    return [Check(name="overseerr", status=status, message=trouble)]


SERVICE = Service(
    name="media",
    handlers=handlers,
    open_app=open_app,
    settings=MediaSettings,
    metadata=Base.metadata,
    checks=checks,
)

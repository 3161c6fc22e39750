"""The media service: what the household asks for, and what becomes of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

from medianest_common.bus import Reach
from medianest_common.contracts.health.integrations import TryHanded
from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.contracts.plex.library import GetLibraryCensus, TellLibraryAgain
from medianest_common.images import ImageCache
from medianest_common.integrations import IntegrationStore
from medianest_common.service import Runtime, Service
from medianest_common.swapping import Swappable
from medianest_media.adapters.tmdb_images import TmdbImages
from medianest_media.app import Census, MediaApp, Watch, conversations
from medianest_media.backends import open_backend
from medianest_media.catalogues import open_catalogue
from medianest_media.handlers import handlers
from medianest_media.integrations import integrations_of, overseerr_name
from medianest_media.models import Base
from medianest_media.settings import MediaSettings
from medianest_media.troubles import parts_of, troubles

_MB = 1 << 20


@asynccontextmanager
async def open_app(runtime: Runtime[MediaSettings]) -> AsyncIterator[Swappable[MediaApp]]:
    store = integrations_of(runtime)
    await store.open()
    opened = AsyncExitStack()
    outside = await _outside(store, opened)
    image_cache = ImageCache(
        runtime.data_dir / "cache" / "media", most_bytes=runtime.settings.media_image_cache_mb * _MB
    )
    images = TmdbImages(runtime.settings.tmdb_images_url, clock=runtime.clock)
    first = MediaApp(
        db=runtime.db,
        bus=runtime.bus,
        cache=runtime.cache,
        clock=runtime.clock,
        images=images,
        image_cache=image_cache,
        integrations=store,
        talking=asyncio.Semaphore(conversations(runtime.db.pool().size)),
        left_key=runtime.keys.derive("plex-accounts-that-left"),
        **outside,
    )

    async def apply(_: MediaSettings) -> None:
        opened = AsyncExitStack()
        outside = await _outside(store, opened)
        swappable.swap(replace(swappable.present, watch=Watch(), census=Census(), **outside), opened)
        # What another catalogue has said.
        await runtime.cache.invalidate_all()

    async with images, aclosing(image_cache), Swappable(first, opened) as swappable, store.following(apply):
        yield swappable


async def _outside(store: IntegrationStore[MediaSettings], opened: AsyncExitStack) -> dict[str, Any]:
    """What depends on the integrations as they are set now."""
    settings, clock = store.settings, store.clock
    catalogue = await opened.enter_async_context(open_catalogue(settings, clock=clock))
    backend = await opened.enter_async_context(
        open_backend(
            settings, db=store.db, clock=clock, catalogue=catalogue, overseerr_name=overseerr_name(store)
        )
    )
    return {
        "settings": settings,
        "catalogue": catalogue,
        "backend": backend,
        "overseerr_place": store.place(IntegrationKind.OVERSEERR),
    }


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
    reach=Reach(
        asks=(GetLibraryCensus, TryHanded), gives=(TellLibraryAgain,), pushes=True, forgets_events=True
    ),
    metadata=Base.metadata,
    checks=checks,
)

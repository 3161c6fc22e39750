"""The only wiring of the plex service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.service import Runtime, Service
from medianest_plex.adapters.image_cache import ImageCache
from medianest_plex.adapters.plex_tv import PlexTv
from medianest_plex.adapters.pms import Pms
from medianest_plex.app import Plex, PlexApp
from medianest_plex.handlers import handlers
from medianest_plex.image_keys import ImageKeys
from medianest_plex.models import Base
from medianest_plex.settings import PlexSettings
from medianest_plex.watch import Watch

_MB = 1 << 20


@asynccontextmanager
async def open_app(runtime: Runtime[PlexSettings]) -> AsyncIterator[PlexApp]:
    settings, keys = runtime.settings, runtime.keys
    folder = runtime.data_dir / "cache" / "plex"
    image_cache = ImageCache(folder, most_bytes=settings.plex_image_cache_mb * _MB)
    async with AsyncExitStack() as stack:
        set_up = await _plex(runtime, stack)
        stack.push_async_callback(image_cache.aclose)
        yield PlexApp(
            settings=settings,
            db=runtime.db,
            bus=runtime.bus,
            cache=runtime.cache,
            clock=runtime.clock,
            seal=keys.cipher("plex-member-tokens"),
            images=ImageKeys(keys.derive("plex-images")),
            image_cache=image_cache,
            set_up=set_up,
        )


async def _plex(runtime: Runtime[PlexSettings], stack: AsyncExitStack) -> Plex | None:
    settings, keys = runtime.settings, runtime.keys
    if settings.plex_missing or settings.plex_token is None:
        return None
    token = settings.plex_token.get_secret_value()
    # One for the installation: a new one each time would fill the owner's list of devices.
    identifier = UUID(bytes=keys.derive("plex-client-identifier", length=16), version=4)
    pms = await stack.enter_async_context(
        Pms(settings.plex_url, client_identifier=str(identifier), clock=runtime.clock)
    )
    tv = await stack.enter_async_context(
        PlexTv(settings.plex_tv_url, token=token, client_identifier=str(identifier), clock=runtime.clock)
    )
    watch = Watch(pms, token=token, db=runtime.db, clock=runtime.clock)
    stack.push_async_callback(watch.aclose)
    return Plex(pms, tv, token, watch)


async def checks(app: PlexApp) -> Sequence[Check]:
    """Plex being away takes nothing down: what it said last is still shown."""
    if app.set_up is None:
        return [Check(name="plex", status=CheckStatus.OK, message="not set up")]
    sighting = await app.set_up.watch.look()
    fine = sighting.online and sighting.token_accepted
    return [
        Check(
            name="plex",
            status=CheckStatus.OK if fine else CheckStatus.DEGRADED,
            latency_ms=round(sighting.seconds * 1000, 2) if sighting.seconds is not None else None,
            message=sighting.problem,
        )
    ]


SERVICE = Service(
    name="plex",
    handlers=handlers,
    open_app=open_app,
    settings=PlexSettings,
    metadata=Base.metadata,
    checks=checks,
)

"""The only wiring of the plex service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from medianest_common.bus import Reach
from medianest_common.contracts.health.integrations import TryHanded
from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.images import ImageCache
from medianest_common.service import Runtime, Service
from medianest_plex.adapters.discover import Discover
from medianest_plex.adapters.plex_tv import PlexTv
from medianest_plex.adapters.plex_tv_members import PlexTvMembers
from medianest_plex.adapters.pms import Pms
from medianest_plex.adapters.pms_clients import client_headers
from medianest_plex.app import Plex, PlexApp
from medianest_plex.connection import Connection
from medianest_plex.handlers import handlers
from medianest_plex.image_keys import ImageKeys
from medianest_plex.integrations import integrations_of
from medianest_plex.known_servers import KnownServers
from medianest_plex.models import Base
from medianest_plex.owner_account import OwnerAccount
from medianest_plex.settings import PlexSettings
from medianest_plex.watch import Watch

_MB = 1 << 20


@asynccontextmanager
async def open_app(runtime: Runtime[PlexSettings]) -> AsyncIterator[PlexApp]:
    settings, keys = runtime.settings, runtime.keys
    folder = runtime.data_dir / "cache" / "plex"
    image_cache = ImageCache(folder, most_bytes=settings.plex_image_cache_mb * _MB)
    integrations = integrations_of(runtime)
    await integrations.open()
    async with AsyncExitStack() as stack:
        reached = await _plex(runtime, stack, settings=integrations.settings)

        async def apply(changed: PlexSettings) -> None:
            await reached.connection.settle(changed)
            reached.watch.look_anew()

        await stack.enter_async_context(integrations.following(apply))
        stack.push_async_callback(image_cache.aclose)
        app = PlexApp(
            settings=settings,
            db=runtime.db,
            bus=runtime.bus,
            cache=runtime.cache,
            clock=runtime.clock,
            seal=keys.cipher("plex-member-tokens"),
            seal_accounts=keys.cipher("plex-watchlist-tokens"),
            discover=await stack.enter_async_context(_discover(runtime)),
            images=ImageKeys(keys.derive("plex-images")),
            image_cache=image_cache,
            integrations=integrations,
            reached=reached,
        )
        stack.push_async_callback(app.lead.aclose)
        stack.push_async_callback(app.indexing.aclose)
        yield app


def _discover(runtime: Runtime[PlexSettings]) -> Discover:
    return Discover(
        runtime.settings.discover_url, headers=client_headers(_identifier(runtime)), clock=runtime.clock
    )


def _identifier(runtime: Runtime[PlexSettings]) -> str:
    """One for the installation: a new one each time would fill the owner's list of devices."""
    return str(UUID(bytes=runtime.keys.derive("plex-client-identifier", length=16), version=4))


async def _plex(runtime: Runtime[PlexSettings], stack: AsyncExitStack, *, settings: PlexSettings) -> Plex:
    keys = runtime.keys
    headers = client_headers(_identifier(runtime))
    clock, db = runtime.clock, runtime.db
    pms = await stack.enter_async_context(Pms(headers=headers, clock=clock))
    plex_tv = await stack.enter_async_context(PlexTv(settings.plex_tv_url, headers=headers, clock=clock))
    known = KnownServers(
        db, seal=keys.cipher("plex-server-tokens"), digest_key=keys.derive("plex-account"), clock=clock
    )
    account = OwnerAccount(
        db,
        settings=settings,
        seal=keys.cipher("plex-owner-token"),
        digest_key=keys.derive("plex-account"),
        clock=clock,
    )
    connection = Connection(pms, plex_tv, settings=settings, account=account, known=known, clock=clock)
    stack.push_async_callback(connection.aclose)
    await connection.open()
    members = await stack.enter_async_context(
        PlexTvMembers(
            settings.plex_tv_url,
            account=account,
            headers=headers,
            clock=clock,
        )
    )
    watch = Watch(pms, connection, db=db, clock=clock)
    stack.push_async_callback(watch.aclose)
    return Plex(pms, connection, members, watch)


async def checks(app: PlexApp) -> Sequence[Check]:
    """Plex being away takes nothing down: what it said last is still shown."""
    if app.set_up is None:
        return [Check(name="plex", status=CheckStatus.OK, message="not set up")]
    sighting = await app.set_up.watch.look()
    connection = app.set_up.connection
    fine = sighting.online and sighting.token_accepted and not connection.account_refused
    return [
        Check(
            name="plex",
            status=CheckStatus.OK if fine else CheckStatus.DEGRADED,
            latency_ms=round(sighting.seconds * 1000, 2) if sighting.seconds is not None else None,
            message=sighting.problem or (connection.account_problem if connection.account_refused else None),
        )
    ]


SERVICE = Service(
    name="plex",
    handlers=handlers,
    open_app=open_app,
    settings=PlexSettings,
    reach=Reach(asks=(TryHanded,), pushes=True, forgets_events=True),
    metadata=Base.metadata,
    checks=checks,
)

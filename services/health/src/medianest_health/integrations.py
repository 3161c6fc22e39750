"""What is watched because the portal works with it: its own systems, and those that other services say they use.

Those services are asked once this one runs, with every change that they tell of, and now and then. Until one has
answered, the variables of the installation stand for what it uses, as far as nothing else was known of it before.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import chain

import structlog

from medianest_common.bus import Bus, Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Query
from medianest_common.contracts.integrations import HandedOver, IntegrationKind, IntegrationSource
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.errors import MediaNestError
from medianest_common.integrations import IntegrationStore, Keyed, Values, taken
from medianest_common.service import Runtime
from medianest_health.models import Integration
from medianest_health.settings import HealthSettings

log = structlog.get_logger()

OWN = (
    Keyed(kind=IntegrationKind.TAUTULLI, name="Tautulli"),
    Keyed(kind=IntegrationKind.PROWLARR, name="Prowlarr"),
    Keyed(kind=IntegrationKind.JELLYFIN, name="Jellyfin"),
    Keyed(kind=IntegrationKind.SABNZBD, name="SABnzbd"),
    Keyed(
        kind=IntegrationKind.QBITTORRENT,
        name="qBittorrent",
        secret="password",
        options=("username",),
        instead_of=("api_key",),
        needs_secret=False,
    ),
)
_TMDB = "https://api.themoviedb.org"
OTHERS: Mapping[str, tuple[Keyed, ...]] = {
    "media": (
        Keyed(kind=IntegrationKind.OVERSEERR, name="Overseerr"),
        Keyed(kind=IntegrationKind.RADARR, name="Radarr"),
        Keyed(kind=IntegrationKind.RADARR_4K, name="Radarr 4K"),
        Keyed(kind=IntegrationKind.SONARR, name="Sonarr"),
        Keyed(kind=IntegrationKind.SONARR_4K, name="Sonarr 4K"),
        Keyed(kind=IntegrationKind.TMDB, name="TMDB", usual_url=_TMDB),
    ),
    "plex": (Keyed(kind=IntegrationKind.PLEX, name="Plex", secret="token", needs_url=False),),
}
_ASKS: Mapping[str, Query[HandedOver]] = {
    "media": of_media.HandOverIntegrations(),
    "plex": of_plex.HandOverIntegrations(),
}
NAMES = {each.kind: each.name for kinds in (OWN, *OTHERS.values()) for each in kinds}
_ASK_SECONDS = 3.0
_FIRST_SECONDS = 0.5
_AGAIN_SECONDS = 60.0

type Handed = Mapping[IntegrationKind, tuple[Values, IntegrationSource]]
type Apply = Callable[[], Awaitable[None]]


def integrations_of(runtime: Runtime[HealthSettings]) -> "HealthIntegrations":
    store = IntegrationStore(
        Integration,
        OWN,
        settings=runtime.settings,
        db=runtime.db,
        cipher=runtime.keys.cipher("integration"),
        clock=runtime.clock,
    )
    return HealthIntegrations(store, bus=runtime.bus)


class HealthIntegrations:
    def __init__(self, store: IntegrationStore[HealthSettings], *, bus: Bus) -> None:
        self.own = store
        self._bus = bus
        self._handed: dict[str, Handed] = {}
        self._asking = asyncio.Lock()
        self._apply: Apply | None = None

    @property
    def settings(self) -> HealthSettings:
        """As they are used everywhere."""
        changes: dict[str, object] = {}
        for service, handed in self._handed.items():
            for each in OTHERS[service]:
                changes |= each.write(handed[each.kind][0] if each.kind in handed else None)
        return self.own.settings.model_copy(update=changes)

    @property
    def of_portal(self) -> frozenset[str]:
        """Those that administrators have set: what is wrong with them no variable mends."""
        own = {kind for kind, row in self.own.rows.items() if not row.removed}
        others = {
            kind
            for handed in self._handed.values()
            for kind, (_, source) in handed.items()
            if source is IntegrationSource.PORTAL
        }
        return frozenset(kind.value for kind in own | others)

    @property
    def undecided(self) -> frozenset[str]:
        """Those of which only the variables are known so far, and not whether they hold."""
        own = () if self.own.was_read else OWN
        others = (kinds for service, kinds in OTHERS.items() if service not in self._handed)
        return frozenset(each.kind.value for each in (*own, *chain.from_iterable(others)))

    @asynccontextmanager
    async def following(self, apply: Apply) -> AsyncIterator[None]:
        async def anew(_: HealthSettings) -> None:
            await apply()

        self._apply = apply
        asking = asyncio.create_task(self._ask_again())
        try:
            async with self.own.following(anew):
                yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def ask(self, service: str) -> bool:
        """Whether it has answered. What it hands over replaces what was known of it."""
        async with self._asking:
            try:
                with use(Context(correlation_id=str(uuid7()))):
                    answer = await self._bus.call(_ASKS[service], timeout=_ASK_SECONDS)
                known = {each.kind for each in OTHERS[service]}
                handed = {
                    each.integration: (taken(self.own, each), each.source)
                    for each in answer.items
                    if each.integration in known
                }
            except MediaNestError as error:
                log.debug("integrations_not_handed_over", by=service, reason=error.code)
                return False
            await self.take(service, handed)
            return True

    async def take(self, service: str, handed: Handed) -> None:
        if handed != self._handed.get(service):
            self._handed[service] = handed
            if self._apply:
                await self._apply()

    async def _ask_again(self) -> None:
        waiting, pause = set(_ASKS), _FIRST_SECONDS
        while True:
            for service in sorted(waiting):
                try:
                    if await self.ask(service):
                        waiting.discard(service)
                except Exception:
                    log.exception("integrations_not_applied", by=service)
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, _AGAIN_SECONDS) if waiting else _AGAIN_SECONDS
            if pause == _AGAIN_SECONDS:
                waiting = set(_ASKS)

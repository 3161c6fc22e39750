"""What is watched, as the settings and the parts of the installation say."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from medianest_common.lifecycle import SERVICES
from medianest_common.service import Runtime
from medianest_health.adapters.arr import ArrProbe
from medianest_health.adapters.network import own_trouble
from medianest_health.adapters.overseerr import OverseerrProbe
from medianest_health.adapters.own import ServerProbe, ServiceProbe
from medianest_health.adapters.plex import FoundPlexProbe, PlexProbe, PlexService
from medianest_health.adapters.probe import HttpSystem, Probe
from medianest_health.adapters.tmdb import TmdbProbe
from medianest_health.settings import HealthSettings, plain

_ARRS = ("radarr", "radarr_4k", "sonarr", "sonarr_4k")


@dataclass(frozen=True, slots=True)
class Watched:
    """`key` never changes, whatever the name and the address."""

    key: str
    kind: str
    name: str
    target: str
    visibility: Literal["everyone", "admins"]
    probe: Probe


async def catalogue(runtime: Runtime[HealthSettings], stack: AsyncExitStack) -> Sequence[Watched]:
    """In the order in which people are shown them."""
    return [*_systems(runtime, stack), *_services(runtime), *_servers(runtime)]


def _systems(runtime: Runtime[HealthSettings], stack: AsyncExitStack) -> list[Watched]:
    settings = runtime.settings
    found: list[Watched] = []

    def system(name: str, url: str) -> HttpSystem:
        opened = HttpSystem(
            name, url, seconds=settings.health_probe_seconds, clock=runtime.clock, own_trouble=own_trouble
        )
        stack.push_async_callback(opened.aclose)
        return opened

    plex_service = PlexService(runtime.bus, seconds=settings.health_probe_seconds)
    if settings.plex_url:
        probe: Probe = PlexProbe(
            system("Plex", settings.plex_url), token=plain(settings.plex_token), service=plex_service
        )
        found.append(Watched("plex", "plex", "Plex", settings.plex_url, "everyone", probe))
    elif plain(settings.plex_token):
        probe = FoundPlexProbe(plex_service)
        found.append(Watched("plex", "plex", "Plex", "plex.tv", "everyone", probe))
    if settings.overseerr_url:
        probe = OverseerrProbe(
            system("Overseerr", settings.overseerr_url), api_key=plain(settings.overseerr_api_key)
        )
        found.append(
            Watched("overseerr", "overseerr", "Overseerr", settings.overseerr_url, "everyone", probe)
        )
    found += [_arr(settings, name, system) for name in _ARRS if getattr(settings, f"{name}_url")]
    if plain(settings.tmdb_api_key) and not settings.overseerr_url:
        # With an Overseerr nobody here asks TMDB.
        probe = TmdbProbe(system("TMDB", settings.tmdb_url), api_key=plain(settings.tmdb_api_key))
        found.append(Watched("tmdb", "tmdb", "TMDB", settings.tmdb_url, "everyone", probe))
    return found


def _arr(settings: HealthSettings, name: str, system: Callable[[str, str], HttpSystem]) -> Watched:
    app = name.partition("_")[0].title()
    called, url = f"{app} 4K" if name.endswith("_4k") else app, getattr(settings, f"{name}_url")
    probe = ArrProbe(
        system(called, url),
        app=app,
        api_key=plain(getattr(settings, f"{name}_api_key")),
        variable=f"MEDIANEST_{name.upper()}_API_KEY",
    )
    return Watched(name, app.lower(), called, url, "everyone", probe)


def _services(runtime: Runtime[HealthSettings]) -> list[Watched]:
    seconds = runtime.settings.health_probe_seconds
    return [
        Watched(
            f"service:{name}",
            "service",
            f"MediaNest {name}",
            name,
            "everyone",
            ServiceProbe(name, bus=runtime.bus, seconds=seconds, clock=runtime.clock),
        )
        for name in SERVICES
    ]


def _servers(runtime: Runtime[HealthSettings]) -> list[Watched]:
    async def valkey() -> None:
        await runtime.valkey.ping()

    servers = {"NATS": runtime.bus.js.account_info, "PostgreSQL": runtime.db.ping, "Valkey": valkey}
    return [
        Watched(
            f"server:{name.lower()}",
            "server",
            name,
            name.lower(),
            "admins",
            ServerProbe(name, ask, clock=runtime.clock),
        )
        for name, ask in servers.items()
    ]

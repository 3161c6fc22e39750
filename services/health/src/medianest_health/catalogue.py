"""What is watched, as the settings and the parts of the installation say."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy.exc import TimeoutError as NoConnection

from medianest_common.clock import Clock
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.lifecycle import SERVICES
from medianest_common.service import Runtime
from medianest_health.adapters.kinds import OpenProbe, misfit, open_probe
from medianest_health.adapters.own import Ask, CannotAsk, Companions, ServerProbe, ServiceProbe
from medianest_health.adapters.plex import FoundPlexProbe
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Probe
from medianest_health.adapters.reference import Reference, read_references
from medianest_health.adapters.references import References
from medianest_health.settings import HealthSettings, plain

_KEYED = {
    "plex": "Plex",
    "jellyfin": "Jellyfin",
    "overseerr": "Overseerr",
    "radarr": "Radarr",
    "radarr_4k": "Radarr 4K",
    "sonarr": "Sonarr",
    "sonarr_4k": "Sonarr 4K",
    "prowlarr": "Prowlarr",
    "tautulli": "Tautulli",
    "sabnzbd": "SABnzbd",
}
_MAIN_ONES = frozenset({"plex", "overseerr", "jellyfin"})
"""What everybody in a household knows by name."""
_USERINFO = re.compile(r"//[^/]*@")
_SPEC: TypeAdapter[MonitorSpec] = TypeAdapter(MonitorSpec)


@dataclass(frozen=True, slots=True)
class Watched:
    """`key` never changes, whatever the name and the address. `visibility` is what it begins with."""

    key: str
    kind: str
    name: str
    target: str
    visibility: Literal["everyone", "admins"]
    probe: Probe


def parts(runtime: Runtime[HealthSettings], *, companions: Callable[[str], Companions]) -> Sequence[Watched]:
    """Of the installation itself; they are shown behind `systems`."""
    servers = _servers(runtime)
    return [*_services(runtime, companions, servers), *_watched_servers(servers, clock=runtime.clock)]


def references_of(settings: Callable[[], HealthSettings], *, clock: Clock) -> References:
    """`settings` as they are at the time: what is used may be set in the portal."""
    lan = read_references(settings().health_lan_references)
    return References(lan=lan, wan=lambda: outside_references(settings()), clock=clock)


def outside_references(settings: HealthSettings) -> list[Reference]:
    """Nobody whom the household has nothing to do with, unless the settings name them."""
    if given := read_references(settings.health_wan_references):
        return given
    used = {
        settings.plex_tv_url: bool(plain(settings.plex_token)),
        settings.tmdb_url: bool(plain(settings.tmdb_api_key)),
    }
    return [at for url, is_used in used.items() if is_used and (at := _server_of(url))]


def _server_of(url: str) -> Reference | None:
    try:
        parsed = urlsplit(url)
        port = parsed.port or (80 if parsed.scheme == "http" else 443)
    except ValueError:
        return None
    return Reference(parsed.hostname, port) if parsed.hostname else None


def systems(
    settings: HealthSettings, stack: AsyncExitStack, *, ports: Ports, of_portal: Collection[str] = ()
) -> Iterator[Watched]:
    """Those that the settings name, in the order in which people are shown them. What is wrong with one of
    `of_portal` is said without the names of variables."""

    def watch(key: str, name: str, **values: object) -> Watched:
        """`values` make its spec."""
        kind, url = key.partition("_")[0], str(values["url"])
        variables = "" if key in of_portal else f"MEDIANEST_{key.upper()}"
        probe = _open(
            {"kind": kind, **values}, name=name, variables=variables, settings=settings, ports=ports
        )
        stack.push_async_callback(probe.aclose)
        # One with a password in it is refused, and shown without.
        target = _USERINFO.sub("//", url)
        return Watched(key, kind, name, target, "everyone" if kind in _MAIN_ONES else "admins", probe)

    if ports.plex and not settings.plex_url and plain(settings.plex_token):
        yield Watched("plex", "plex", "Plex", "plex.tv", "everyone", FoundPlexProbe(ports.plex))
    for key, name in _KEYED.items():
        if url := getattr(settings, f"{key}_url"):
            secret = settings.plex_token if key == "plex" else getattr(settings, f"{key}_api_key")
            yield watch(key, name, url=url, api_key=_secret(secret))
    if settings.qbittorrent_url:
        yield watch(
            "qbittorrent",
            "qBittorrent",
            url=settings.qbittorrent_url,
            username=settings.qbittorrent_username or None,
            password=settings.qbittorrent_password or None,
            api_key=_secret(settings.qbittorrent_api_key),
        )
    if plain(settings.tmdb_api_key) and not settings.overseerr_url:
        # With an Overseerr nobody here asks TMDB.
        yield watch("tmdb", "TMDB", url=settings.tmdb_url, api_key=_secret(settings.tmdb_api_key))


def _open(
    values: dict[str, object], *, name: str, variables: str, settings: HealthSettings, ports: Ports
) -> OpenProbe:
    try:
        spec = _SPEC.validate_python(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]["loc"][-1]
        setting = f"{variables}_{str(wrong).upper()}" if variables else f"Its {wrong}"
        return misfit(f"{setting} cannot be used as it is.")
    seconds = settings.health_probe_seconds
    return open_probe(spec, name=name, seconds=seconds, ports=ports, variables=variables)


def _secret(given: SecretStr | None) -> SecretStr | None:
    return SecretStr(plain(given)) if plain(given) else None


def _services(
    runtime: Runtime[HealthSettings], companions: Callable[[str], Companions], servers: Mapping[str, Ask]
) -> list[Watched]:
    seconds = runtime.settings.health_probe_seconds
    return [
        Watched(
            f"service:{name}",
            "service",
            f"MediaNest {name}",
            name,
            "admins",
            ServiceProbe(
                name,
                bus=runtime.bus,
                seconds=seconds,
                clock=runtime.clock,
                companions=companions(name),
                servers=servers,
            ),
        )
        for name in SERVICES
    ]


def _servers(runtime: Runtime[HealthSettings]) -> Mapping[str, Ask]:
    async def postgresql() -> None:
        try:
            await runtime.db.ping()
        except NoConnection as error:
            raise CannotAsk("All connections that we may have to it are in use.") from error

    async def valkey() -> None:
        await runtime.valkey.ping()

    return {"NATS": runtime.bus.js.account_info, "PostgreSQL": postgresql, "Valkey": valkey}


def _watched_servers(servers: Mapping[str, Ask], *, clock: Clock) -> list[Watched]:
    return [
        Watched(
            f"server:{name.lower()}",
            "server",
            name,
            name.lower(),
            "admins",
            ServerProbe(name, ask, clock=clock),
        )
        for name, ask in servers.items()
    ]

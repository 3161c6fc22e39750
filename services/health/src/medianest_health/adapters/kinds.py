"""Which probe looks at a monitor of which kind."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import (
    DnsSpec,
    DockerSpec,
    HttpSpec,
    KeyedSpec,
    MonitorSpec,
    PingSpec,
    PushSpec,
    QbittorrentSpec,
    TcpSpec,
    TlsSpec,
)
from medianest_common.errors import Invalid
from medianest_health.adapters.arr import ArrProbe
from medianest_health.adapters.docker import DockerProbe
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.jellyfin import JellyfinProbe
from medianest_health.adapters.overseerr import OverseerrProbe
from medianest_health.adapters.ping import PingProbe
from medianest_health.adapters.plex import PlexProbe
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, Probe
from medianest_health.adapters.push import nothing_to_ask
from medianest_health.adapters.qbittorrent import QbittorrentProbe
from medianest_health.adapters.sabnzbd import SabnzbdProbe
from medianest_health.adapters.tautulli import TautulliProbe
from medianest_health.adapters.tcp import TcpProbe
from medianest_health.adapters.tls import TlsProbe
from medianest_health.adapters.tmdb import TmdbProbe
from medianest_health.settings import plain

log = structlog.get_logger()

_SECRETS = {"API_KEY": "its API key", "TOKEN": "its token", "PASSWORD": "its password"}


class OpenProbe:
    """A probe that may be asked again and again, for as long as what it looks at stays the same; then it is closed."""

    def __init__(self, probe: Probe, *, aclose: Callable[[], Awaitable[None]] | None = None) -> None:
        self._probe = probe
        self._aclose = aclose

    async def __call__(self) -> Finding:
        """Of what nobody has thought of we can only say that we do not know."""
        try:
            return await self._probe()
        except TimeoutError:
            raise  # Whoever asks has its own limit.
        except Exception:
            log.exception("probe_failed", probe=type(self._probe).__name__)
            return Finding(MonitorState.UNKNOWN, message="It could not be checked.")

    async def aclose(self) -> None:
        if self._aclose:
            await self._aclose()


def open_probe(
    spec: MonitorSpec,
    *,
    name: str,
    seconds: float,
    ports: Ports,
    variables: str = "",
    afresh: bool = False,
) -> OpenProbe:
    """Nothing is sent before the first call, which takes about `seconds` at the most, finding out who is to blame
    included. `name` is what messages call it, and `variables` begins the names of the settings that it was made from,
    as `MEDIANEST_RADARR` does. With `afresh` a person asks, so that a password that was refused is tried once more.

    Never raises: what can be said against `spec` without asking anybody is what the probe finds.
    """
    try:
        return _opened(spec, name=name, seconds=seconds, ports=ports, variables=variables, afresh=afresh)
    except Invalid as refused:
        return misfit(refused.detail or refused.title)


def check_spec(spec: MonitorSpec, *, ports: Ports) -> None:
    """Raises `Invalid` for what can be said against it without asking anybody. Sends nothing."""
    _opened(spec, name="It", seconds=1.0, ports=ports, variables="", afresh=False)


def misfit(message: str) -> OpenProbe:
    """Of what can never be well as it is set up."""
    return OpenProbe(partial(_is, Finding(MonitorState.DOWN, message=message)))


async def _is(finding: Finding) -> Finding:
    return finding


def _opened(
    spec: MonitorSpec, *, name: str, seconds: float, ports: Ports, variables: str, afresh: bool
) -> OpenProbe:
    match spec:
        case KeyedSpec():
            return _keyed(spec, name=name, seconds=seconds, ports=ports, variables=variables)
        case HttpSpec():
            # With aiohttp, which nothing else needs.
            from medianest_health.adapters.http import HttpProbe

            http = HttpProbe(spec, name=name, seconds=seconds, ports=ports)
            return OpenProbe(http, aclose=http.aclose)
        case DockerSpec():
            docker = DockerProbe(spec, name=name, seconds=seconds, ports=ports)
            return OpenProbe(docker, aclose=docker.aclose)
        case TcpSpec():
            return OpenProbe(TcpProbe(spec, name=name, seconds=seconds, ports=ports))
        case PingSpec():
            return OpenProbe(PingProbe(spec, name=name, seconds=seconds, ports=ports))
        case DnsSpec():
            # The library is read where something is looked up: most homes have no such monitor.
            from medianest_health.adapters.dns import DnsProbe

            return OpenProbe(DnsProbe(spec, name=name, seconds=seconds, ports=ports))
        case TlsSpec():
            return OpenProbe(TlsProbe(spec, name=name, seconds=seconds, ports=ports))
        case PushSpec():
            return OpenProbe(nothing_to_ask)
        case QbittorrentSpec():
            return _qbittorrent(
                spec, name=name, seconds=seconds, ports=ports, variables=variables, afresh=afresh
            )


def _keyed(spec: KeyedSpec, *, name: str, seconds: float, ports: Ports, variables: str) -> OpenProbe:
    system = _system(spec.url, name=name, seconds=seconds, ports=ports)
    api_key, required = plain(spec.api_key), bool(variables)
    key = setting(variables, "TOKEN" if spec.kind == "plex" else "API_KEY")
    probe: Probe
    match spec.kind:
        case "plex":
            service = ports.plex if variables else None
            probe = PlexProbe(system, token=api_key, service=service, key=key, required=required)
        case "overseerr":
            probe = OverseerrProbe(
                system, api_key=api_key, key=key, required=required, seconds=seconds, clock=ports.clock
            )
        case "radarr" | "sonarr" | "prowlarr":
            probe = ArrProbe(
                system,
                app=spec.kind.title(),
                api_key=api_key,
                key=key,
                required=required,
                seconds=seconds,
                clock=ports.clock,
            )
        case "tautulli":
            probe = TautulliProbe(system, api_key=api_key, key=key, required=required)
        case "sabnzbd":
            probe = SabnzbdProbe(system, api_key=api_key, key=key, required=required)
        case "jellyfin":
            probe = JellyfinProbe(system, api_key=api_key, key=key, required=required)
        case "tmdb":
            probe = TmdbProbe(system, api_key=api_key, key=key)
    return OpenProbe(probe, aclose=system.aclose)


def _qbittorrent(
    spec: QbittorrentSpec, *, name: str, seconds: float, ports: Ports, variables: str, afresh: bool
) -> OpenProbe:
    system = _system(spec.url, name=name, seconds=seconds, ports=ports)
    probe = QbittorrentProbe(
        system,
        username=spec.username or "",
        # Not `plain`: a password may hold spaces.
        password=spec.password.get_secret_value() if spec.password else "",
        api_key=plain(spec.api_key),
        names=(setting(variables, "PASSWORD"), setting(variables, "API_KEY")),
        required=bool(variables),
        seconds=seconds,
        clock=ports.clock,
        refusals=ports.refusals,
        afresh=afresh,
    )
    return OpenProbe(probe, aclose=system.aclose)


def _system(url: str, *, name: str, seconds: float, ports: Ports) -> HttpSystem:
    return HttpSystem(name, url, seconds=seconds, clock=ports.clock, own_trouble=ports.own_trouble)


def setting(variables: str, name: str) -> str:
    """What a message calls a secret: the variable that it came from, or what it is to whoever typed it in."""
    return f"{variables}_{name}" if variables else _SECRETS[name]

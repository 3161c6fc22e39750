"""Where a monitor looks, for people and without anything secret; and what its secrets were given for."""

from urllib.parse import urlsplit

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
from medianest_common.errors import FieldError, Invalid

_PORTS = {"http": 80, "https": 443}


def target_of(spec: MonitorSpec) -> str:
    match spec:
        case HttpSpec() | KeyedSpec() | QbittorrentSpec():
            parts = urlsplit(spec.url)
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        case TcpSpec() | TlsSpec():
            return f"[{spec.host}]:{spec.port}" if ":" in spec.host else f"{spec.host}:{spec.port}"
        case PingSpec():
            return spec.host
        case DnsSpec():
            return f"{spec.record} {spec.name}"
        case DockerSpec():
            return spec.container
        case PushSpec():
            return "reports by itself"


def entrusted_to(spec: MonitorSpec) -> tuple[str | int | None, ...]:
    """What may know the secrets of a monitor. Where it becomes another, they are not sent there unasked."""
    match spec:
        case HttpSpec() | KeyedSpec() | QbittorrentSpec():
            parts = urlsplit(spec.url)
            port = parts.port or _PORTS.get(parts.scheme)
            user = None if isinstance(spec, KeyedSpec) else spec.username
            return (spec.kind, parts.scheme, parts.hostname, port, user)
        case _:
            return (spec.kind,)


def check_address(spec: MonitorSpec) -> None:
    """Raises `Invalid` for an address that is none, or that has a password in it."""
    if not isinstance(spec, HttpSpec | KeyedSpec | QbittorrentSpec):
        return
    try:
        parts = urlsplit(spec.url)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise Invalid(errors=[FieldError("spec.url", "This is no address.")])
    if "@" in parts.netloc:
        message = "Give the user and the password in fields of their own."
        raise Invalid(errors=[FieldError("spec.url", message)])

"""What can be watched, and what a monitor of each kind has to know.

Fields of type `SecretStr` are written and never shown: what is stored of them is sealed.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SecretStr, model_validator

from medianest_common.contracts.base import Contract

_Url = Annotated[str, Field(min_length=8, max_length=2000, pattern=r"^https?://\S+$")]
_Host = Annotated[str, Field(min_length=1, max_length=253)]
_Port = Annotated[int, Field(ge=1, le=65535)]
_Secret = Annotated[SecretStr, Field(strict=False, min_length=1, max_length=2000)]


class _Spec(Contract):
    """As strict as a `Body`, which cannot be told apart by a field."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _storable_text(cls, given: Any) -> Any:
        if any(_is_broken(value) for value in _texts(given)):
            raise ValueError("text must not hold NUL or broken characters")
        return given


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict):
        for key, value in given.items():
            yield from (*_texts(key), *_texts(value))
    elif isinstance(given, list):
        for value in given:
            yield from _texts(value)


def _is_broken(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


class HttpMethod(StrEnum):
    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"


class HttpSpec(_Spec):
    """A page or an interface. Well if the status is one of `statuses`, and what is asked of the body holds."""

    kind: Literal["http"]
    url: _Url
    method: HttpMethod = Field(default=HttpMethod.GET, strict=False)
    body: str | None = Field(default=None, max_length=10_000)
    headers: dict[str, _Secret] = Field(default={}, max_length=20)
    statuses: list[Annotated[str, Field(pattern=r"^[1-5][0-9]{2}(-[1-5][0-9]{2})?$")]] = Field(
        default=["200-299"], min_length=1, max_length=20
    )
    keyword: str | None = Field(default=None, min_length=1, max_length=500)
    keyword_absent: bool = False
    """Well if the keyword is *not* there."""
    json_path: str | None = Field(default=None, min_length=1, max_length=500)
    """RFC 9535; without `json_expected` it has to find something."""
    json_expected: str | None = Field(default=None, max_length=500)
    follow_redirects: bool = True
    verify_tls: bool = True
    username: str | None = Field(default=None, max_length=200)
    password: _Secret | None = None


class TcpSpec(_Spec):
    kind: Literal["tcp"]
    host: _Host
    port: _Port


class PingSpec(_Spec):
    kind: Literal["ping"]
    host: _Host


class DnsRecord(StrEnum):
    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    TXT = "TXT"
    SRV = "SRV"
    CAA = "CAA"
    PTR = "PTR"
    SOA = "SOA"


class DnsSpec(_Spec):
    kind: Literal["dns"]
    name: _Host
    record: DnsRecord = Field(default=DnsRecord.A, strict=False)
    server: _Host | None = None
    """An address; the machine's own name servers without one."""
    port: _Port = 53
    expected: str | None = Field(default=None, max_length=500)
    """One of the answers has to be this."""


class TlsSpec(_Spec):
    """The certificate that a server shows first (its leaf), and how long it still holds."""

    kind: Literal["tls"]
    host: _Host
    port: _Port = 443
    server_name: _Host | None = None
    warn_days: list[Annotated[int, Field(ge=1, le=365)]] = Field(default=[21, 14, 7], max_length=5)


class PushSpec(_Spec):
    """Something that reports by itself: down if it has not for its interval and the grace."""

    kind: Literal["push"]
    grace_seconds: int = Field(default=60, ge=10, le=86_400)
    lasts: bool = False
    """It reports only when something has changed: what it said last holds until it says something else."""


class DockerSpec(_Spec):
    kind: Literal["docker"]
    container: str = Field(min_length=1, max_length=200)
    host: Annotated[str, Field(min_length=8, max_length=500, pattern=r"^(unix://|tcp://|https?://)\S+$")] = (
        "unix:///var/run/docker.sock"
    )


class KeyedSpec(_Spec):
    """`overseerr` is Seerr and Jellyseerr too. Without a key only whether it lives is looked at."""

    kind: Literal[
        "plex", "overseerr", "sonarr", "radarr", "prowlarr", "tautulli", "sabnzbd", "jellyfin", "tmdb"
    ]
    url: _Url
    api_key: _Secret | None = None


class QbittorrentSpec(_Spec):
    kind: Literal["qbittorrent"]
    url: _Url
    username: str | None = Field(default=None, max_length=200)
    password: _Secret | None = None
    api_key: _Secret | None = None


MonitorSpec = Annotated[
    HttpSpec | TcpSpec | PingSpec | DnsSpec | TlsSpec | PushSpec | DockerSpec | KeyedSpec | QbittorrentSpec,
    Field(discriminator="kind"),
]

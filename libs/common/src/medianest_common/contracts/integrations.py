"""The systems that an installation works with, set by administrators. What each service answers about its own has the
same form everywhere.

Between services a secret travels sealed, and to people it never goes: they are told that there is one.
"""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator

from medianest_common.contracts.base import Body, Contract, Timestamp

type Option = Annotated[str, Field(max_length=500)] | bool


class IntegrationKind(StrEnum):
    PLEX = "plex"
    OVERSEERR = "overseerr"
    RADARR = "radarr"
    RADARR_4K = "radarr_4k"
    SONARR = "sonarr"
    SONARR_4K = "sonarr_4k"
    TMDB = "tmdb"
    TAUTULLI = "tautulli"
    PROWLARR = "prowlarr"
    JELLYFIN = "jellyfin"
    SABNZBD = "sabnzbd"
    QBITTORRENT = "qbittorrent"
    SMTP = "smtp"


class IntegrationSource(StrEnum):
    SETTINGS = "settings"
    """The variables of the installation."""
    PORTAL = "portal"
    """What an administrator has set here, which comes before the variables."""
    NONE = "none"


class Integration(Contract):
    """`version` goes with a change, which is refused where somebody else was faster."""

    kind: IntegrationKind
    name: str
    source: IntegrationSource
    configured: bool
    """Whether all is there that it needs to be used."""
    enabled: bool
    url: str | None
    secret_set: bool
    options: dict[str, Option]
    """All there are for this kind, with their present values."""
    variables: list[str]
    """Of the installation, which count as long as nothing is set here."""
    version: int
    changed_at: Timestamp | None = None
    changed_by: UUID | None = None
    problem: str | None = None
    """Why what is stored cannot be used, in words."""


class IntegrationList(Contract):
    items: list[Integration]


class Integrations(Contract):
    """`unavailable` are services that do not say at the moment what they work with."""

    items: list[Integration]
    unavailable: list[str] = []


def _is_broken(value: object) -> bool:
    return isinstance(value, str) and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value))


class _WithOptions(Body):
    @field_validator("options", mode="before", check_fields=False)
    @classmethod
    def _storable_options(cls, value: Any) -> Any:
        """What `Body` sees to for its fields."""
        if isinstance(value, dict) and any(_is_broken(text) for each in value.items() for text in each):
            raise ValueError("text must not hold NUL or broken characters")
        return value


class IntegrationBody(_WithOptions):
    """The whole of it, but for `secret`: left out, the present one is kept as long as scheme, host and port stay."""

    url: str = Field(default="", max_length=2000)
    """May be left out where there is a usual one."""
    secret: str | None = Field(
        default=None, min_length=1, max_length=4000, repr=False, json_schema_extra={"writeOnly": True}
    )
    enabled: bool = True
    options: dict[str, Option] = Field(default={}, max_length=20)
    version: int = Field(ge=0)


class TryIntegrationBody(_WithOptions):
    """What is left out is taken from what is set, the secret only for the same scheme, host and port."""

    url: str | None = Field(default=None, max_length=2000)
    secret: str | None = Field(
        default=None, min_length=1, max_length=4000, repr=False, json_schema_extra={"writeOnly": True}
    )
    options: dict[str, Option] | None = Field(default=None, max_length=20)


class Change(Contract):
    """What a command to change one carries."""

    integration: IntegrationKind
    url: str
    secret: str | None = Field(default=None, repr=False)
    enabled: bool
    options: dict[str, Option]
    version: int


class Removal(Contract):
    integration: IntegrationKind
    version: int | None = None


class Trial(Contract):
    integration: IntegrationKind
    url: str | None = None
    secret: str | None = Field(default=None, repr=False)
    options: dict[str, Option] | None = None


class TrialOutcome(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It can be used, and there is something to be said about it."""
    KEY_REFUSED = "key_refused"
    FAILED = "failed"


class TrialReport(Contract):
    """`message` says in words what is wrong."""

    outcome: TrialOutcome
    message: str | None = None
    latency_ms: float | None = None


class Handed(Contract):
    """For another service: `secret` is sealed, and nobody without the keys of the installation can read it."""

    integration: IntegrationKind
    url: str
    secret: str | None = Field(default=None, repr=False)
    options: dict[str, Option] = {}
    source: IntegrationSource = IntegrationSource.PORTAL


class HandedOver(Contract):
    """Those that are in use."""

    items: list[Handed]


class Changed(Contract):
    """What an event tells: never a secret, nor an address."""

    integration: IntegrationKind
    version: int
    enabled: bool
    removed: bool = False
    actor_id: UUID

"""Settings of the health service; the addresses and keys are the same that the other services use."""

import re

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.health.webhooks import Level
from medianest_common.settings import Settings
from medianest_health.adapters.reference import read_references

_BEHIND_THE_BASE = re.compile(r"/(web|api(/v[0-9])?)(/.*)?$")


class HealthSettings(Settings):
    plex_url: str = ""
    plex_token: SecretStr | None = None
    overseerr_url: str = ""
    overseerr_api_key: SecretStr | None = None
    radarr_url: str = ""
    radarr_api_key: SecretStr | None = None
    radarr_4k_url: str = ""
    radarr_4k_api_key: SecretStr | None = None
    sonarr_url: str = ""
    sonarr_api_key: SecretStr | None = None
    sonarr_4k_url: str = ""
    sonarr_4k_api_key: SecretStr | None = None
    tmdb_url: str = "https://api.themoviedb.org"
    tmdb_api_key: SecretStr | None = None
    prowlarr_url: str = ""
    prowlarr_api_key: SecretStr | None = None
    tautulli_url: str = ""
    tautulli_api_key: SecretStr | None = None
    jellyfin_url: str = ""
    jellyfin_api_key: SecretStr | None = None
    sabnzbd_url: str = ""
    sabnzbd_api_key: SecretStr | None = None
    qbittorrent_url: str = ""
    qbittorrent_username: str = ""
    qbittorrent_password: SecretStr | None = None
    qbittorrent_api_key: SecretStr | None = None
    """Of 5.2 and later; takes the place of the name and the password."""
    health_lan_references: str = ""
    """Hosts, each with a port or without, that answer as long as the network here does. The default gateway else."""
    health_wan_references: str = ""
    """The same for the Internet. Without any: plex.tv and TMDB, as far as the household uses them."""
    health_probe_seconds: float = Field(default=5.0, gt=0, le=15)
    """How long one probe may take."""
    health_jitter_seconds: float = Field(default=3.0, ge=0, le=10)
    """Probes of one round start at random moments within this time."""

    webhook_health_level: Level = Level.WARNING
    """From which level on administrators hear what Sonarr, Radarr and Prowlarr complain of: notice, warning, error."""

    @field_validator(
        "plex_url",
        "overseerr_url",
        "radarr_url",
        "radarr_4k_url",
        "sonarr_url",
        "sonarr_4k_url",
        "tmdb_url",
        "prowlarr_url",
        "tautulli_url",
        "jellyfin_url",
        "sabnzbd_url",
        "qbittorrent_url",
    )
    @classmethod
    def _as_a_base(cls, url: str) -> str:
        return _BEHIND_THE_BASE.sub("", url.strip().partition("#")[0].partition("?")[0].rstrip("/")).rstrip(
            "/"
        )

    @field_validator("health_lan_references", "health_wan_references")
    @classmethod
    def _readable(cls, text: str) -> str:
        read_references(text)
        return text


def plain(secret: SecretStr | None) -> str:
    """Without the white space that comes along when a key is copied."""
    return "".join(secret.get_secret_value().split()) if secret else ""
